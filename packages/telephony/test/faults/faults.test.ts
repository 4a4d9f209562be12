import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CARRIER } from './carrier.ts';
import { CROSSING } from './crossing.ts';
import { LOST } from './lost.ts';
import { OFFERS } from './offers.ts';
import { ROUTING } from './routing.ts';
import type { Fault } from './support.ts';

const TABLES: readonly (readonly [title: string, file: string, faults: readonly Fault[]])[] = [
  ['Messages that are lost, doubled or late', 'lost', LOST],
  ['Messages that cross', 'crossing', CROSSING],
  ['Offers and answers', 'offers', OFFERS],
  ['Requests that lead nowhere, or in circles', 'routing', ROUTING],
  ['Carriers', 'carrier', CARRIER],
];

for (const [title, , faults] of TABLES) {
  describe(title, () => {
    it.each(faults)('$rule $fault: $happens', ({ run }) => run());
  });
}

describe('docs/faults.md', () => {
  const page = readFileSync(new URL('../../../../docs/faults.md', import.meta.url), 'utf8');

  it.each(TABLES)('RFC 3261 «%s» says what the calls show, line by line', (title, file, faults) => {
    const section = page.split('\n## ').find(part => part.startsWith(title)) ?? '';
    const rows = section.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| rule'));
    expect(rows).toEqual(faults.map(({ rule, fault, happens }) => `| ${rule} | ${fault} | ${happens} |`));
    expect(section).toContain(`packages/telephony/test/faults/${file}.ts`);
  });
});
