import { readdir, readFile } from 'node:fs/promises';
import type { RunningExchange } from '@kommutator/e2e';

/** CPU seconds since their start and resident bytes of the processes of an exchange, by role. */
export type Cost = ReadonlyMap<
  string,
  { readonly cpu: number; readonly resident: number; readonly descriptors: number }
>;

const TICKS_PER_SECOND = 100;
const PAGE = 4096;

/** Reads /proc: user + system time and resident pages, the database's children included. */
export async function costOf(exchange: RunningExchange): Promise<Cost> {
  const cost = new Map<string, { cpu: number; resident: number; descriptors: number }>();
  for (const [role, pid] of await exchange.processes()) {
    const all = await Promise.all([pid, ...(await childrenOf(pid))].map(costOfProcess));
    cost.set(role, {
      cpu: all.reduce((sum, one) => sum + one.cpu, 0),
      // The database's processes share most of their pages: the first one stands for them.
      resident: all[0]?.resident ?? 0,
      descriptors: all.reduce((sum, one) => sum + one.descriptors, 0),
    });
  }
  return cost;
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

async function costOfProcess(pid: number) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const pages = Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1]);
  const descriptors = (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    resident: pages * PAGE,
    descriptors,
  };
}

/** CPU seconds spent between two readings, by role. */
export function spent(before: Cost, after: Cost): ReadonlyMap<string, number> {
  return new Map([...after].map(([role, now]) => [role, now.cpu - (before.get(role)?.cpu ?? 0)]));
}
