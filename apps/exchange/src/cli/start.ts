import { runParent } from '../parent/run.ts';
import { createLog } from '../process/log.ts';
import type { Command } from './command.ts';
import { welcome } from './welcome.ts';

/** Runs the whole product in the foreground. */
export const start: Command = {
  usage: 'start',
  summary: 'run the exchange until Ctrl-C',
  async run(_args, { config, paths, clock, say }) {
    const began = clock.now();
    await runParent({
      config,
      paths,
      clock,
      log: createLog('parent', config.logLevel),
      ready: () => {
        say(`\nКоммутатор is ready (${((clock.now() - began) / 1000).toFixed(1)} s).`);
        for (const line of welcome(config)) say(line);
      },
    });
    return 0;
  },
};
