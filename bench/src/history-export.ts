/** One export of 100 000 rows in a process of its own. Arguments: database, domain, format, file; prints JSON. */
import { statSync } from 'node:fs';
import { SystemClock } from '@kommutator/base';
import type { DomainSnapshot } from '@kommutator/model/config';
import { openStore, type PageKey, silentLog } from '@kommutator/store';
import { exportTable } from '@kommutator/use-cases';
import { type ExportFormat, openWriter } from '../../apps/exchange/src/office/exports/writer.ts';

const [ownerUrl = '', domain = '', format = 'csv', file = ''] = process.argv.slice(2);
const ROWS = 100_000;
const PIECE = 500;

const config = {
  id: domain,
  name: 'demo.kommutator.test',
  timezone: 'Europe/Moscow',
  users: [],
  groups: [],
  numbers: [],
  serviceExtensions: [],
} as unknown as DomainSnapshot;
const store = openStore({ ownerUrl, roleKey: null, clock: new SystemClock(), log: silentLog });
const table = exportTable(config, {}, 'ru');
const began = performance.now();
const writer = openWriter(format as ExportFormat, file, table.heads);
let before: PageKey | null = null;
let rows = 0;
while (rows < ROWS) {
  const page = await store.callHistory.page(config.id, { limit: PIECE, ...(before && { before }) });
  await writer.rows(page.rows.map(table.row));
  rows += page.rows.length;
  before = page.rows.at(-1) ?? null;
  if (!page.more) break;
}
await writer.end();
const seconds = (performance.now() - began) / 1000;
await store.close();
const peak = process.resourceUsage().maxRSS / 1000;
console.log(JSON.stringify({ rows, seconds, peak, size: statSync(file).size }));
