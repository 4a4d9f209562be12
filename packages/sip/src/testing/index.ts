/** SIP without sockets: a network in memory, and numbers that repeat. */
export { type Link, type Logged, MemoryNetwork, type MemoryNetworkOptions } from './memory-network.ts';
export { seededRandom } from './seeded-random.ts';
export { openWebSocketClient, type WebSocketClientOptions } from './websocket-client.ts';
