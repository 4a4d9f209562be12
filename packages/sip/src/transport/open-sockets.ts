import type { Clock } from '@kommutator/base';
import type { SipLog } from '../log.ts';
import { joinTransports } from './join.ts';
import type { StreamOptions } from './stream.ts';
import { openTcp } from './tcp.ts';
import { openTls, type TlsOptions } from './tls.ts';
import type { Transport } from './types.ts';
import { openUdp } from './udp.ts';

interface Place {
  readonly host: string;
  readonly port: number;
}

export interface SocketOptions {
  readonly udp: Place;
  readonly tcp?: Place;
  readonly tls?: Place & Pick<TlsOptions, 'certificate' | 'authorities'>;
  /** Host written into Via, Contact and Record-Route; the address bound when left out. */
  readonly advertised?: string;
  readonly log: SipLog;
  readonly clock?: Clock;
  /** Whether a connection from an address is taken at all. */
  readonly accepts?: StreamOptions['accepts'];
}

/** The real network: UDP and, if wanted, TCP and TLS. Rejects, with nothing left open, when an address cannot be bound. */
export async function openSockets(o: SocketOptions): Promise<Transport> {
  const common = {
    advertised: o.advertised,
    log: o.log,
    ...(o.clock && { clock: o.clock }),
    ...(o.accepts && { accepts: o.accepts }),
  };
  const { udp, tcp, tls } = o;
  const open = [await openUdp({ ...udp, ...common })];
  try {
    if (tcp) open.push(await openTcp({ ...tcp, ...common }));
    if (tls) open.push(await openTls({ ...tls, ...common }));
    return joinTransports(open);
  } catch (error) {
    for (const transport of open) await transport.close();
    throw error;
  }
}
