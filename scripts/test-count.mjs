/** How many tests passed and failed, from the reports vitest leaves. */
import { readFileSync } from 'node:fs';

/**
 * @typedef {{ passed: number, failed: number }} Count
 * @typedef {{ well: boolean, count?: Count | null }} Outcome of one stage; count null: it left no report.
 */

/**
 * @param {string} file report of vitest's json reporter
 * @returns {Count | null} null when there is none or it cannot be read
 */
export function countOf(file) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return null;
  }
}

/**
 * The last line of a run: `N passed, N failed`. A stage that failed without a failed test (a lint error, a file that
 * could not be loaded, a crash) counts as one failed, so that a red run never says "0 failed".
 * @param {readonly Outcome[]} outcomes
 */
export function closingLine(outcomes) {
  let passed = 0;
  let failed = 0;
  for (const { well, count } of outcomes) {
    passed += count?.passed ?? 0;
    failed += Math.max(count?.failed ?? 0, well ? 0 : 1);
  }
  return `${passed} passed, ${failed} failed`;
}
