import type { Peer } from '@kommutator/sip';
import { DEMO, type Phone, trunkTo, type VirtualExchange, virtualExchange } from '../src/testing/index.ts';
import { realMessages, TORTURES } from './samples.ts';
import { BATCH, must, type Target, type TargetMaker } from './target.ts';

const at = (address: string, port = 5060): Peer => ({ protocol: 'udp', address, port });
const EXCHANGE = at('10.0.0.1');
/** A phone's address, the carrier's, one of a trunk nobody answers at, a stranger's. */
const SOURCES = [at('10.1.0.1'), at('10.1.0.2'), at('10.9.0.1'), at('10.9.0.2'), at('203.0.113.9', 1025)];

/** Breaths between two ends of everything: 10 000 mutants. */
const ROUND = 200;

/** The trunk nobody answers at is said to be down: that is no fault of the exchange. */
const EXPECTED = /trunk destination/;

/**
 * A running exchange, calls going on: mutants of what it was just sent and of the corpus come from addresses it trusts and
 * from others, through receiver, transactions, dialogs, registrar, legs and flows.
 */
export const exchange: TargetMaker = async random => {
  const corpus = [...TORTURES, ...(await realMessages())];
  const x = virtualExchange(DEMO, {
    trunks: [trunkTo('carrier', '10.9.0.1'), trunkTo('silent', '10.9.0.2')],
    seed: 1 + Math.floor(random() * 1e6),
  });
  const [anna, boris] = (await x.registered('anna', 'boris')) as [Phone, Phone];
  const phones = [anna, boris, x.pstn];
  const samples = [...corpus];
  let breaths = 0;

  const act = async () => {
    const phone = phones[Math.floor(random() * phones.length)] as Phone;
    const call = phone.history.at(-1);
    const kind = random();
    if (!call || call.end)
      await phone.calls(phone === x.pstn ? '74951230003' : random() < 0.5 ? '102' : '89161112233');
    else if (kind < 0.3) call.hangsUp();
    else if (kind < 0.6 && 'answers' in call) phone.answers();
    else if (kind < 0.8) void call.holds(random() < 0.5, { by: random() < 0.5 ? 'INVITE' : 'UPDATE' });
    else if ('refuses' in call) phone.refuses(486);
  };

  const target: Target = {
    name: 'exchange',
    sip: true,
    share: 20,
    samples,
    feed: mutant => {
      const from = SOURCES[Math.floor(random() * SOURCES.length)] as Peer;
      x.network.forge(from, EXCHANGE, mutant);
    },
    breathe: async () => {
      for (let n = 0; n < 4; n++) {
        await act();
        await x.clock.advance(Math.floor(random() * 200));
      }
      renew(samples, corpus, x);
      if (++breaths % ROUND === 0) await end(x, phones);
    },
    rest: () => end(x, phones),
  };
  return target;
};

/** What the exchange was sent and has sent lately takes the place of older messages: branches and tags that are known. */
function renew(samples: Buffer[], corpus: readonly Buffer[], { network }: VirtualExchange): void {
  const late = network.log.slice(-BATCH).map(({ text }) => Buffer.from(text));
  network.log.length = 0;
  if (late.length === 0) return;
  samples.length = 0;
  samples.push(...corpus.slice(-100), ...late, ...late);
}

/** Everybody hangs up, time passes, and nothing may be left. */
async function end(x: VirtualExchange, phones: readonly Phone[]): Promise<void> {
  for (let n = 0; n < 3; n++) {
    for (const { history } of phones) for (const call of history) call.hangsUp();
    await x.clock.advance(100_000);
  }
  const { calls, legs, endpoints, channels, transactions, tombstones, dialogs } = x.exchange.counters();
  const left = { ...x.left, calls, legs, endpoints, channels, transactions, tombstones, dialogs };
  const rest = Object.entries(left).filter(([name, count]) => name !== 'transactions' && count !== 0);
  must(rest.length === 0, `left: ${rest.map(([name, count]) => `${name} ${count}`).join(', ')}`);
  const errors = x.log.lines.filter(line => line.startsWith('error') && !EXPECTED.test(line));
  must(errors.length === 0, errors.slice(0, 3).join('\n'));
  x.log.lines.length = 0;
  x.journal.records.length = 0;
  for (const { history } of phones) history.length = 0;
}
