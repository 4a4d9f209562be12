import type { Clock } from '@kommutator/base';
import type { SipLog } from '../log.ts';
import { joinTransports } from './join.ts';
import { openTcp } from './tcp.ts';
import type { Transport } from './types.ts';
import { openUdp } from './udp.ts';

export interface SocketOptions {
  readonly udp: { readonly host: string; readonly port: number };
  readonly tcp?: { readonly host: string; readonly port: number };
  /** Host written into Via, Contact and Record-Route; the address bound when left out. */
  readonly advertised?: string;
  readonly log: SipLog;
  readonly clock?: Clock;
}

/** The real network: UDP and, if wanted, TCP. Rejects, with nothing left open, when an address cannot be bound. */
export async function openSockets(o: SocketOptions): Promise<Transport> {
  const common = { advertised: o.advertised, log: o.log, ...(o.clock && { clock: o.clock }) };
  const udp = await openUdp({ ...o.udp, ...common });
  if (!o.tcp) return udp;
  try {
    return joinTransports([udp, await openTcp({ ...o.tcp, ...common })]);
  } catch (error) {
    await udp.close();
    throw error;
  }
}
