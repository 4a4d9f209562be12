import { wire } from '../message/support.ts';

/** What must become of a message of RFC 4475, as a stack without an application sees it. */
type Outcome =
  /** Handed to the stack's user: a call, or another request, or nobody's response. */
  | 'invite'
  | 'request'
  | 'response'
  /** Answered by the stack itself. */
  | 400
  | 416
  | 420
  | 481
  | 505
  /** Neither answered nor handed on: there is no way back, or it is a broken response. */
  | 'dropped';

/** One message: its section, its name there, and its bytes. */
export interface Torture {
  readonly section: string;
  readonly name: string;
  readonly text: string | Buffer;
  readonly outcome: Outcome;
}

export const again = (text: string, times: number): string => text.repeat(times);

/** The session description nearly all of them carry. */
export const sdp = (origin: string, connection = origin): string =>
  wire(
    'v=0',
    `o=mhandley 29739 7272939 IN IP4 ${origin}`,
    's=-',
    `c=IN IP4 ${connection}`,
    't=0 0',
    'm=audio 49217 RTP/AVP 0 12',
    'm=video 3227 RTP/AVP 31',
    'a=rtpmap:31 LPC',
    '',
  );

export const message = (...lines: string[]): string => wire(...lines, '', '');
export const withBody = (body: string, ...lines: string[]): string => message(...lines) + body;
export const sized = (body: string, ...lines: string[]): string =>
  withBody(body, ...lines, `Content-Length: ${body.length}`);
