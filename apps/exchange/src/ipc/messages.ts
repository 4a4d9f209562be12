/** The language of our processes. A change that an older process would misread raises the version. */
export const IPC_VERSION = 2;

/** What one side of a channel may send, all of it JSON: events are told, requests are answered once. */
export interface Vocabulary {
  readonly events: Readonly<Record<string, unknown>>;
  readonly requests: Readonly<Record<string, { readonly ask: unknown; readonly answer: unknown }>>;
}

/** What a process says first. A peer with another version is hung up on. */
export interface Hello {
  readonly version: number;
  /** Who speaks: `signalling`, `media`, `office`, `control`. */
  readonly role: string;
}

/** One message; tuples because they serialise smallest. */
export type Message =
  | readonly [kind: 'hello', hello: Hello]
  | readonly [kind: 'event', name: string, payload: unknown]
  | readonly [kind: 'request', id: number, name: string, payload: unknown, patience?: 'patient']
  | readonly [kind: 'answer', id: number, payload: unknown]
  | readonly [kind: 'fault', id: number, text: string];

/** Carries messages in order, or dies. Implemented by a socket and by memory. */
export interface Line {
  /** Never throws; after `close` it does nothing. */
  send(batch: readonly Message[]): void;
  /** Runs `flush` once, when the messages of this tick have come together. */
  soon(flush: () => void): void;
  /** Bytes accepted by `send` that have not left. */
  readonly backlog: number;
  receive: (batch: readonly Message[]) => void;
  closed: (why: string) => void;
  close(): void;
}
