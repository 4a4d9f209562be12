import { type Command, Refusal } from './command.ts';
import { demoLines } from './welcome.ts';

/** How to make the first call. */
export const demo: Command = {
  usage: 'demo',
  summary: 'demo accounts and how to connect a phone',
  async run(_args, { config, say }) {
    if (config.demo === '0') throw new Refusal('DEMO=0: there are no demo accounts.');
    for (const line of demoLines(config)) say(line);
    return 0;
  },
};
