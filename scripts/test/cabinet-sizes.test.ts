import { describe, expect, test } from 'vitest';
import { BUDGET, overBudget, sizesOf } from '../cabinet-sizes.mjs';

const PAGE = `<script type="module" src="/assets/index-a1.js"></script>
<link rel="modulepreload" href="/assets/base-b2.js"><link rel="modulepreload" href="/assets/vendor-c3.js">
<link rel="modulepreload" href="/assets/base-b2.js"><link rel="stylesheet" href="/assets/shell-d4.css">`;
const WEIGHTS: Readonly<Record<string, number>> = {
  'assets/index-a1.js': 5,
  'assets/base-b2.js': 70,
  'assets/vendor-c3.js': 200,
  'assets/shell-d4.css': 30,
};

describe('DESIGN §5 budgets of the cabinet', () => {
  test('every file of the page is weighed once, React and style sheets apart from the rest', () => {
    expect(sizesOf(PAGE, file => WEIGHTS[file] ?? Number.NaN)).toEqual({ entry: 75, vendor: 230, all: 305 });
  });

  test('a page that names nothing is no page', () => {
    expect(() => sizesOf('<html></html>', () => 0)).toThrow('names no files');
  });

  test.each([
    [{ entry: BUDGET.entry, vendor: BUDGET.vendor, all: BUDGET.entry + BUDGET.vendor }, 0],
    [{ entry: BUDGET.entry + 1, vendor: 0, all: BUDGET.entry + 1 }, 1],
    [{ entry: BUDGET.entry, vendor: BUDGET.vendor + 30_000, all: BUDGET.all + 10_000 }, 2],
  ])('%o breaks %i budgets', (sizes, broken) => {
    expect(overBudget(sizes)).toHaveLength(broken);
  });
});
