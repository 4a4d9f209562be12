/** SIP without sockets: a network in memory, and numbers that repeat. */
export {
  type Leaving,
  type Link,
  type Logged,
  type Meddling,
  MemoryNetwork,
  type MemoryNetworkOptions,
} from './memory-network.ts';
export { seededRandom } from './seeded-random.ts';
export { openWebSocketClient, type WebSocketClientOptions } from './websocket-client.ts';
