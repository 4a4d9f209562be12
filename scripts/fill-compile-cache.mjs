/** Loads every module of the product once with NODE_COMPILE_CACHE set: the cache is written when this process ends. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './bootstrap.mjs';

const sources = join(root, 'apps', 'exchange', 'src');
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).map(file => join(sources, file));
// It refuses to run outside of a thread, but is compiled by then.
const thread = join(root, 'packages', 'media', 'src', 'worker', 'thread.ts');
for (const file of [...files, thread])
  if (file.endsWith('.ts')) await import(pathToFileURL(file).href).catch(() => {});
