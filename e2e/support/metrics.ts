import { SystemClock } from '@kommutator/base';
import type { RunningExchange } from './exchange.ts';
import { eventually } from './history.ts';

/** What `GET /metrics` says, by name; the values of all label sets added up. */
export async function metricsOf({
  httpPort,
}: Pick<RunningExchange, 'httpPort'>): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+)(?:\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    if (name !== undefined) values.set(name, (values.get(name) ?? 0) + Number(value));
  }
  return values;
}

/** What is zero in every process when nobody calls (DESIGN §2 rule 2). */
const OF_CALLS = ['calls', 'legs', 'channels', 'sip_dialogs', 'sip_transactions', 'media_endpoints'];

/** Resolves when nothing of any call is left. @throws when something stays: a leak. */
export async function untilQuiet(exchange: Pick<RunningExchange, 'httpPort'>): Promise<void> {
  const left = async () => {
    const seen = await metricsOf(exchange);
    return OF_CALLS.filter(name => seen.get(`kommutator_${name}`) !== 0);
  };
  await eventually(new SystemClock(), left, names => names.length === 0);
}
