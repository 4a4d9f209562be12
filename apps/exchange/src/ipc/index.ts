/** Versioned, serialisable messages between our processes over Unix sockets; in tests over memory. */
export { Channel, type Handlers } from './channel.ts';
export { memoryLines } from './memory.ts';
export type { Hello } from './messages.ts';
export { keepConnected, type Reconnecting, serveChannels } from './socket.ts';
