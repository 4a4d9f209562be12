/** `npm start`: installs what is missing and runs the whole product until Ctrl-C. */
import { ensureDependencies } from './bootstrap.mjs';
import { kommutator } from './run.mjs';

await ensureDependencies();
const { buildCabinet } = await import('./cabinet.mjs');
if (!buildCabinet()) console.error('The cabinet could not be built; everything else starts.');

await kommutator(['start', ...process.argv.slice(2)]);
