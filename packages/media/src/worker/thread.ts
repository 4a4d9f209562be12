import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '@kommutator/base';
import { LocalEngine } from '../engine/engine.ts';
import { Links } from './links.ts';
import type { FromThread, ThreadOptions, ToThread } from './messages.ts';

/** Entry of a media thread: an engine that is told by messages. What happens in one turn of the loop goes out as one. */
const pool = parentPort;
if (!pool) throw new Error('a media thread is started by its pool');

const clock = new SystemClock();
let news: FromThread['news'][number][] = [];

const tell = (item: FromThread['news'][number]): void => {
  if (news.push(item) > 1) return;
  setImmediate(() => {
    const message: FromThread = { news };
    news = [];
    pool.postMessage(message);
  });
};

const links = new Links(clock);
const options = workerData as ThreadOptions;
// The lease is the pool's: not every thread is told something every 30 s.
const engine = new LocalEngine({ ...options, clock, leaseMs: 0, log: line => tell({ log: line }) }, links);
links.attach(engine.sources);
engine.onEvent = tell;

pool.on('message', (message: ToThread) => {
  if ('link' in message) {
    links.add(message.link);
    return;
  }
  for (const [seq, command] of message.commands) {
    void engine.command(command).then(answer => tell([seq, answer]));
  }
});
