/**
 * `npm run fuzz [mutants] [seed]`: a million mutants of real and torture messages through parsers, endpoints and a running
 * exchange. Says how long it took and what the heap was before and after; ends with 1 at the first mutant that throws, or
 * leaves something behind, and prints it; also when the heap has grown.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Found, fuzz, TARGETS } from './fuzz.ts';

const [total = 1_000_000, seed = Math.floor(Math.random() * 2 ** 31)] = process.argv.slice(2).map(Number);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** MB alive once what nobody needs has been collected. */
function alive(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

/** MB: what is compiled and cached, and no more whether a million are fed or ten. */
const MOST_GROWTH = 16;

process.on('unhandledRejection', error => {
  console.error('unhandled rejection:', error);
  process.exit(1);
});

console.log(`${total} mutants, seed ${seed} (again: npm run fuzz ${total} ${seed})`);
try {
  // Code is compiled and tables are made by then.
  for (const make of TARGETS) await fuzz(make, Math.min(total, 5_000), seed);
  const before = alive();
  const began = performance.now();
  for (const make of TARGETS) {
    const { target, mutants, seconds } = await fuzz(make, total, seed);
    console.log(
      `${target.padEnd(13)} ${String(mutants).padStart(8)} mutants ${seconds.toFixed(1).padStart(6)} s`,
    );
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(`nothing thrown, nothing left: ${total} mutants in ${seconds.toFixed(0)} s`);
  const after = alive();
  console.log(`alive before ${before.toFixed(1)} MB, after ${after.toFixed(1)} MB`);
  if (after - before > MOST_GROWTH)
    throw new Error(`the heap has grown by ${(after - before).toFixed(1)} MB`);
} catch (error) {
  if (!(error instanceof Found)) throw error;
  console.error(error.message, '\n', error.cause);
  console.error(`the last mutant, base64:\n${error.mutant.toString('base64')}`);
  process.exitCode = 1;
}
