import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { TableWriter } from './writer.ts';
import type { FromXlsThread, ToXlsThread } from './xls-thread.ts';

/** The library holds the whole workbook; beyond this the thread dies, not the office. */
const THREAD_MB = 1_024;

/** Excel 97–2003 (BIFF8), made in a thread: it cannot be streamed and would hold up everything else for seconds. */
export function xlsWriter(path: string, heads: readonly string[]): TableWriter {
  const worker = new Worker(new URL('./xls-thread.ts', import.meta.url), {
    workerData: { path, heads },
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MB },
  });
  const died = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', code => reject(new Error(`the thread ended with ${code}`)));
  });
  died.catch(() => {});
  const ask = async (message: ToXlsThread, answer: FromXlsThread): Promise<void> => {
    const answered = once(worker, 'message').then(([said]) => {
      if (said !== answer) throw new Error(`the thread said ${said}`);
    });
    answered.catch(() => {});
    worker.postMessage(message);
    await Promise.race([answered, died]);
  };
  return {
    rows: rows => ask({ rows }, 'more'),
    async end() {
      await ask({ end: true }, 'done');
      await worker.terminate();
    },
    async abort() {
      await worker.terminate();
    },
  };
}
