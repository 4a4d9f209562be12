import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const sources = globSync(`${import.meta.dirname}/../src/**/*.ts`);

test('the model runs in a browser: nothing of Node, and of the ground floor types alone', () => {
  expect(sources.length).toBeGreaterThan(10);
  for (const file of sources) {
    const text = readFileSync(file, 'utf8');
    expect(text, file).not.toMatch(/from 'node:/);
    expect(text, file).not.toMatch(/^import (?!type )[^;]*from '@kommutator\/base'/m);
  }
});
