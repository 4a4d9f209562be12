import { type RunningExchange, sipp } from '@kommutator/e2e';
import { costOf, spent } from './process-cost.ts';

export interface RegisterFigures {
  readonly rate: number;
  readonly successful: number;
  readonly failed: number;
  /** CPU ms of signalling per REGISTER with digest: two requests, one binding saved. */
  readonly cpu: number;
}

/** REGISTER with digest at a steady rate: a new Call-ID every time, one login. */
export async function measureRegisters(
  exchange: RunningExchange,
  o: { readonly rate: number; readonly seconds: number; readonly port: number },
): Promise<RegisterFigures> {
  const calls = o.rate * o.seconds;
  const before = await costOf(exchange);
  const load = await sipp({
    scenario: 'register',
    port: o.port,
    target: `127.0.0.1:${exchange.sipPort}`,
    rate: o.rate,
    calls,
    fields: [`vera;demo.kommutator.test;[authentication username=vera password=Demo-1234];${o.port}`],
  });
  const result = await load.done;
  const after = await costOf(exchange);
  return {
    rate: o.rate,
    successful: result.successful,
    failed: result.failed,
    cpu: ((spent(before, after).get('signalling') ?? 0) * 1000) / calls,
  };
}
