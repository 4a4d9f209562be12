/** «Протокол вызова» as people read it: lines are keys and parameters until here (ADM-4). */
import { fill, type Language } from '../messages/index.ts';
import type { ProtocolLine } from '../record/index.ts';
import { PROTOCOL_TEXTS, type ProtocolKey } from './texts.ts';

export { PROTOCOL_TEXTS, type ProtocolKey } from './texts.ts';

/** The event column. A key of a newer version is shown as it is. */
export const lineText = (line: ProtocolLine, language: Language): string =>
  isKey(line.key) ? fill(PROTOCOL_TEXTS[line.key][language], line.params) : line.key;

/** Ч:ММ:СС from the first INVITE. */
export function formatOffset(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `0:00:00 Вызов на входящую линию 74991234567`, a text per line. */
export const renderProtocol = (lines: readonly ProtocolLine[], language: Language): readonly string[] =>
  lines.map(line => `${formatOffset(line.offset)} ${lineText(line, language)} ${line.object}`.trimEnd());

const isKey = (key: string): key is ProtocolKey => Object.hasOwn(PROTOCOL_TEXTS, key);
