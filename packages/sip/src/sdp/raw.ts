import { parse } from 'sdp-transform';

/** What the grammar library makes of a description. Its numbers may come as text and its texts as numbers: trust nothing. */
export interface RawSdp {
  readonly version?: unknown;
  readonly origin?: { readonly sessionVersion?: unknown };
  readonly connection?: RawConnection;
  readonly direction?: unknown;
  readonly ptime?: unknown;
  readonly media: readonly RawMedia[];
}

interface RawConnection {
  readonly ip?: unknown;
}

export interface RawMedia {
  readonly type?: unknown;
  readonly port?: unknown;
  readonly protocol?: unknown;
  readonly payloads?: unknown;
  readonly connection?: RawConnection;
  readonly direction?: unknown;
  readonly ptime?: unknown;
  readonly rtcp?: { readonly port?: unknown };
  readonly rtcpMux?: unknown;
  readonly rtp: readonly {
    readonly payload?: unknown;
    readonly codec?: unknown;
    readonly rate?: unknown;
    readonly encoding?: unknown;
  }[];
  readonly fmtp: readonly { readonly payload?: unknown; readonly config?: unknown }[];
}

/** Lines read here, but for `m=`, whose tail may be long. */
const READ =
  /^(?:[voct]=|a=(?:rtpmap:|fmtp:|rtcp:|ptime:|rtcp-mux$|sendrecv$|sendonly$|recvonly$|inactive$))/;

/**
 * Runs the grammar library over the lines we read; the rest, which in a browser's offer is most of it, would only cost
 * time in its sixty expressions.
 */
export function parseRaw(text: string): RawSdp {
  const lines = text.split(/\r\n|\r|\n/).filter(line => line.startsWith('m=') || READ.test(line));
  const raw: unknown = parse(lines.join('\r\n'));
  return raw as RawSdp;
}
