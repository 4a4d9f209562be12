/** The cabinet's API over HTTP: sessions, schemas, the live channel. Holds no rules. */

export { type Certificate, type Listening, listenHttp } from './listen.ts';
export { liveDoor } from './live/door.ts';
export { createWebApi, describeWebApi, type WebApi } from './server.ts';
export type { Services } from './services.ts';
