/** `npm run kommutator -- <command>`: the command line of the product. */
import { kommutator } from './run.mjs';

await kommutator(process.argv.slice(2));
