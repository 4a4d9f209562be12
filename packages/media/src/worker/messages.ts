import type { MessagePort } from 'node:worker_threads';
import type { EngineOptions } from '../engine/engine.ts';
import type { Kind } from '../engine/sources.ts';
import type { Answer, Command, Ep, Event, Key } from '../protocol.ts';

/** What a thread is started with: options that can be cloned. */
export type ThreadOptions = Omit<EngineOptions, 'clock' | 'log' | 'random' | 'leaseMs'>;

/** Pool → thread: the commands of one tick, or a line to another thread. */
export type ToThread =
  | { readonly commands: readonly (readonly [seq: number, command: Command])[] }
  | { readonly link: MessagePort };

/** Thread → pool: what one tick brought, in the order of its happening. */
export interface FromThread {
  readonly news: readonly (readonly [seq: number, answer: Answer] | Event | { readonly log: string })[];
}

/** Thread → thread. */
export type Between =
  | { readonly want: Ep }
  | { readonly unwant: Ep }
  | {
      readonly ep: Ep;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly kind: Kind;
      readonly start: number;
      readonly end: number;
      readonly key: Key | undefined;
      readonly toned: boolean;
    };
