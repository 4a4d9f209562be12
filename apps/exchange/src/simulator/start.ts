import type { Clock } from '@kommutator/base';
import type { MediaEngine } from '@kommutator/media';
import { createStack, openSockets, type SipLog, secureRandom } from '@kommutator/sip';
import { Simulator } from './simulator.ts';

export interface RunningSimulator {
  /** Where the demo's trunk sends its calls. */
  readonly port: number;
  readonly calls: number;
  close(): Promise<void>;
}

/** Starts the simulator on a free UDP port of this machine alone. */
export async function startSimulator(options: {
  readonly media: MediaEngine;
  readonly clock: Clock;
  readonly log: SipLog;
}): Promise<RunningSimulator> {
  const { media, clock, log } = options;
  const transport = await openSockets({ udp: { host: '127.0.0.1', port: 0 }, log, clock });
  const sip = createStack({
    transport,
    clock,
    random: secureRandom,
    userAgent: 'Kommutator demo network',
    log,
    allow: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO'],
  });
  const simulator = new Simulator({ sip, media, clock });
  return {
    port: sip.listening[0]?.port ?? 0,
    get calls() {
      return simulator.calls;
    },
    close: () => simulator.close(),
  };
}
