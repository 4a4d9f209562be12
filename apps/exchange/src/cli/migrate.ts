import { migrateDatabase } from '../office/prepare.ts';
import { createLog } from '../process/log.ts';
import type { Command } from './command.ts';
import { reachDatabase } from './with-store.ts';

/** Brings the database up to date without starting the exchange. */
export const migrate: Command = {
  usage: 'migrate',
  summary: 'bring the database up to date',
  async run(_args, context) {
    const { config, paths, clock, say } = context;
    const database = await reachDatabase(context);
    try {
      const options = { config, paths, clock, log: createLog('command', 'warn') };
      const applied = await migrateDatabase(database.ownerUrl, options);
      say(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}.`);
      return 0;
    } finally {
      await database.release();
    }
  },
};
