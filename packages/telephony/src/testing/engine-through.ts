import type { Answer, Command, MediaEngine } from '@kommutator/media';

/** The engine with something between it and the exchange: a recorder of commands, or a fault. */
export const engineThrough = (
  engine: MediaEngine,
  command: (command: Command) => Promise<Answer>,
): MediaEngine => ({
  command,
  get onEvent() {
    return engine.onEvent;
  },
  set onEvent(take) {
    engine.onEvent = take;
  },
  get onLost() {
    return engine.onLost;
  },
  set onLost(take) {
    engine.onLost = take;
  },
  close: () => engine.close(),
});
