import { describeConfig } from '../config/index.ts';
import type { Command } from './command.ts';

/** Every variable with its value, default and meaning. */
export const config: Command = {
  usage: 'config',
  summary: 'list all settings with value, default and meaning',
  async run(_args, { say }) {
    for (const { name, value, fallback, meaning, set } of describeConfig(process.env)) {
      const origin = set ? `set; default ${fallback === '' ? 'none' : fallback}` : 'default';
      say(`${name}=${value}  (${origin})\n    ${meaning}`);
    }
    return 0;
  },
};
