/** The command line `kommutator`. */
import { runCommand } from './cli/commands.ts';

if (import.meta.main) process.exitCode = await runCommand(process.argv.slice(2));
