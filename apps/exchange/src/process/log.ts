import type { Log } from '@kommutator/telephony';
import pino from 'pino';
import { printable } from './printable.ts';

const LEVELS: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** One line for a person at a terminal. @param line JSON of pino */
export function readable(line: string): string {
  const { level, time, process, msg, pid: _pid, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = new Date(Number(time)).toISOString().slice(11, 23);
  const rest = Object.entries(fields)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  const text = `${clock} ${LEVELS[Number(level)] ?? ''} ${String(process)}: ${String(msg)}${rest && ` (${rest})`}`;
  return `${printable(text)}\n`;
}

/** The log of one process: JSON lines on standard output, readable ones where that is a terminal. */
export function createLog(process_: string, level: string): Log {
  const output = pino.destination({ fd: 1, sync: true });
  // Whoever read our output has gone: calls are more important than words.
  output.on('error', () => {});
  const stream = process.stdout.isTTY
    ? { write: (line: string) => void output.write(readable(line)) }
    : output;
  return pino({ level, base: { process: process_, pid: process.pid } }, stream);
}
