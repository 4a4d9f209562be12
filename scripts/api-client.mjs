/** Writes apps/cabinet/src/api/schema.d.ts, the types of the API. `--check` fails when it is out of date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './bootstrap.mjs';

const TARGET = join(root, 'apps', 'cabinet', 'src', 'api', 'schema.d.ts');
// A library of web-api's alone, found from there.
const GENERATOR = 'openapi-typescript';
const { describeWebApi } = await import('../packages/web-api/src/index.ts');
const require = createRequire(join(root, 'packages', 'web-api', 'package.json'));
const { default: openapiTS, astToString } = require(GENERATOR);

const document = await describeWebApi();
const text = `/** Made by scripts/api-client.mjs of the API's own description. */\n${astToString(await openapiTS(document))}`;
if (process.argv.includes('--check')) {
  let there = '';
  try {
    there = readFileSync(TARGET, 'utf8');
  } catch {}
  if (there !== text) {
    console.error('apps/cabinet/src/api/schema.d.ts is out of date: node scripts/api-client.mjs');
    process.exit(1);
  }
} else {
  mkdirSync(dirname(TARGET), { recursive: true });
  writeFileSync(TARGET, text);
}
