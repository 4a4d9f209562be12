import type { RunningExchange } from './exchange.ts';

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
