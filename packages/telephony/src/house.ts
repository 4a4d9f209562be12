import type { Clock } from '@kommutator/base';
import type { Lines } from './call.ts';
import type { LiveCall } from './live-call.ts';
import type { PickupBoard } from './pickup-board.ts';
import type { Channels, Directory, Journal, Log, Meter, Watchers } from './ports.ts';

/** What every call of one exchange stands on: the ports, the line, and who is calling now. */
export interface House {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly journal: Journal;
  readonly meter: Meter;
  readonly channels: Channels;
  readonly log: Log;
  readonly watchers: Watchers | null;
  readonly lines: Lines;
  readonly pickups: PickupBoard;
  readonly calls: Set<LiveCall>;
}
