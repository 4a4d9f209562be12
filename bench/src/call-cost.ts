/**
 * `node bench/src/call-cost.ts [calls]`: CPU of one routed call through stack and call control alone – no sockets, no
 * media, no disk, time stands still between events. Both phones' stacks are in it. For comparing before and after.
 */
import { virtualExchange } from '@kommutator/telephony/testing';

const CALLS = Number(process.argv[2] ?? 1_000);
const ROUNDS = 6;

const x = virtualExchange({
  users: { anna: { extension: '101' } },
  numbers: { '74951230003': [{ to: { user: 'anna' } }] },
  channels: { incoming: 100_000, outgoing: 100_000 },
});
const [anna] = await x.registered('anna');
if (!anna) throw new Error('anna is not registered');

async function one(): Promise<void> {
  const call = await x.pstn.calls('74951230003', { from: '79161234567' });
  (await anna?.rings())?.answers();
  await call.decided;
  call.hangsUp();
  await x.settles();
}

const costs: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const before = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) await one();
  const { user, system } = process.cpuUsage(before);
  costs.push((user + system) / CALLS);
  // Finished transactions and the journal in memory are not what is measured.
  await x.clock.advance(64_000);
  x.journal.records.length = 0;
}
console.log(`CPU µs per call: ${costs.map(cost => cost.toFixed(0)).join(', ')}`);
