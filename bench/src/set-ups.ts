import { type RunningExchange, type SippResult, sipp } from '@kommutator/e2e';
import { type Cost, costOf, spent } from './process-cost.ts';

export interface SetUpFigures {
  readonly rate: number;
  readonly calls: number;
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  /** Calls by time from INVITE to 200, upper bound in ms. */
  readonly setup: Readonly<Record<string, number>>;
  /** CPU ms per call by process. */
  readonly cpu: ReadonlyMap<string, number>;
  readonly before: Cost;
  readonly after: Cost;
}

const DOMAIN = 'demo.kommutator.test';

/** Registers a phone of the demo whose contact is SIPp's answering port. */
export async function registerPhone(exchange: RunningExchange, login: string, port: number): Promise<void> {
  const registration = await sipp({
    scenario: 'register',
    port: port + 1,
    target: `127.0.0.1:${exchange.sipPort}`,
    calls: 1,
    fields: [`${login};${DOMAIN};[authentication username=${login} password=Demo-1234];${port}`],
  });
  const result = await registration.done;
  if (result.successful !== 1) throw new Error(`the phone of ${login} could not register`);
}

/** Calls from the trunk through number, rule and user to an answering phone, at a steady rate. */
export async function measureSetUps(
  exchange: RunningExchange,
  o: { readonly rate: number; readonly seconds: number; readonly hold: number; readonly phonePort: number },
): Promise<SetUpFigures> {
  const calls = o.rate * o.seconds;
  const phone = await sipp({ scenario: 'uas-phone', port: o.phonePort });
  const before = await costOf(exchange);
  const trunk = await sipp({
    scenario: 'uac-trunk',
    port: o.phonePort + 10,
    target: `127.0.0.1:${exchange.sipPort}`,
    service: '74951230003',
    rate: o.rate,
    calls,
    hold: o.hold,
    limit: 20_000,
  });
  const result = await trunk.done;
  const after = await costOf(exchange);
  phone.stop();
  await phone.done;
  const cpu = new Map([...spent(before, after)].map(([role, s]) => [role, (s * 1000) / calls]));
  return { rate: o.rate, calls, ...figuresOf(result), cpu, before, after };
}

/** The generators alone, SIPp to SIPp: what the figures above owe to them. */
export async function measureReference(o: {
  readonly rate: number;
  readonly seconds: number;
  readonly phonePort: number;
}): Promise<Pick<SetUpFigures, 'successful' | 'failed' | 'retransmissions' | 'setup'>> {
  const phone = await sipp({ scenario: 'uas-phone', port: o.phonePort });
  const trunk = await sipp({
    scenario: 'uac-trunk',
    port: o.phonePort + 10,
    target: `127.0.0.1:${o.phonePort}`,
    service: 'reference',
    rate: o.rate,
    calls: o.rate * o.seconds,
    hold: 0,
  });
  const result = await trunk.done;
  phone.stop();
  await phone.done;
  return figuresOf(result);
}

const figuresOf = ({ successful, failed, retransmissions, setup }: SippResult) => ({
  successful,
  failed,
  retransmissions,
  setup,
});
