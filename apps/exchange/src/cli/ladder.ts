import { headerOf, type TracedMessage } from '../files/trace-format.ts';

/** Width of one column of the ladder. */
const COLUMN = 30;

/** First line of a message in short: `INVITE 102`, `200 OK (INVITE)`. */
function title(text: string): string {
  const first = text.slice(0, text.indexOf('\r\n'));
  const [one = '', two = '', ...rest] = first.split(' ');
  if (one.startsWith('SIP/'))
    return `${two} ${rest.join(' ')} (${headerOf(text, 'cseq').split(' ')[1] ?? ''})`;
  return `${one} ${two.replace(/^sips?:/, '').split('@')[0]}`;
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 23);

/**
 * SIP messages as a ladder: one column per peer, the exchange at the left. Messages of other Call-IDs are left out.
 * @param callIds SIP Call-IDs of the call's legs.
 */
export function ladder(messages: Iterable<TracedMessage>, callIds: ReadonlySet<string>): readonly string[] {
  const ours = [...messages].filter(each => callIds.has(headerOf(each.text, 'call-id', 'i')));
  if (ours.length === 0) return [];
  const peers = [...new Set(ours.map(each => each.peer))];
  const head = `${'time'.padEnd(13)}${'exchange'.padEnd(10)}${peers.map(peer => peer.padStart(COLUMN)).join('')}`;
  return [head, ...ours.map(each => row(each, peers))];
}

function row({ at, way, peer, text }: TracedMessage, peers: readonly string[]): string {
  const label = ` ${title(text)} `.slice(0, COLUMN * (peers.indexOf(peer) + 1) - 6);
  const width = COLUMN * (peers.indexOf(peer) + 1);
  const line = label.padEnd(width - 2, '─');
  const arrow = way === 'out' ? `─${line}►` : `◄${line}─`;
  const behind = peers.slice(peers.indexOf(peer) + 1).map(() => '│'.padStart(COLUMN));
  return `${clock(at).padEnd(13)}${'│'.padStart(10)}${arrow}${behind.join('')}`;
}
