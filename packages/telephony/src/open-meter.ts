import type { Meter } from './ports.ts';

const nothingHeld: Disposable = { [Symbol.dispose]: () => undefined };

/** The Meter of an exchange without billing: every call may go on, no domain is suspended. */
export const openMeter: Meter = { hold: () => nothingHeld, blocked: () => false };
