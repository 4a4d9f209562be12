/** Versioned, serialisable messages between our processes over Unix sockets; in tests over memory. */
export { Channel, type Handlers, type RequestFault } from './channel.ts';
export { memoryLines } from './memory.ts';
export type { Hello, Vocabulary } from './messages.ts';
export { type ChannelServer, keepConnected, type Reconnecting, serveChannels } from './socket.ts';
