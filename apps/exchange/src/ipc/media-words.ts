import type { Answer, Command, Event } from '@kommutator/media';
import type { ProcessMetrics } from '../process/metrics.ts';

/** Signalling (and office, for figures) → media. */
export type ToMedia = {
  readonly events: Readonly<Record<never, unknown>>;
  readonly requests: {
    readonly command: { readonly ask: Command; readonly answer: Answer };
    readonly metrics: { readonly ask: null; readonly answer: ProcessMetrics };
  };
};

/** Media → signalling. */
export type FromMedia = {
  readonly events: { readonly media: Event };
  readonly requests: Readonly<Record<never, { readonly ask: unknown; readonly answer: unknown }>>;
};
