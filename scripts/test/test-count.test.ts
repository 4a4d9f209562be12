import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { closingLine, countOf } from '../test-count.mjs';

const folder = mkdtempSync(join(tmpdir(), 'count-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the closing line of a run', () => {
  it('sums what the reports of all projects say', () => {
    const unit = { well: true, count: { passed: 1200, failed: 0 } };
    const e2e = { well: false, count: { passed: 40, failed: 2 } };
    expect(closingLine([{ well: true }, unit, e2e])).toBe('1240 passed, 2 failed');
  });

  it('counts a stage that failed without a failed test as one', () => {
    const unreadable = { well: false, count: { passed: 3, failed: 0 } };
    expect(closingLine([{ well: false }, unreadable, { well: false, count: null }])).toBe(
      '3 passed, 3 failed',
    );
  });

  it('takes a report that is missing or cut off for none', () => {
    const file = join(folder, 'report.json');
    expect(countOf(file)).toBeNull();
    writeFileSync(file, '{"numPassedTests":');
    expect(countOf(file)).toBeNull();
    writeFileSync(file, '{"numPassedTests":7,"numFailedTests":1}');
    expect(countOf(file)).toEqual({ passed: 7, failed: 1 });
  });
});
