/** `npm start`: installs what is missing and runs the whole product until Ctrl-C. */
import { kommutator } from './run.mjs';

await kommutator(['start', ...process.argv.slice(2)]);
