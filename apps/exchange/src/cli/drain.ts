import { type Command, Refusal } from './command.ts';
import { connectControl } from './control.ts';

const EVERY_MS = 1_000;

/** A planned stop that loses no call. */
export const drain: Command = {
  usage: 'drain',
  summary: 'take no new calls, wait for those going on, then stop the running exchange',
  async run(_args, context) {
    const control = await connectControl(context);
    if (!control) throw new Refusal(`No exchange runs on ${context.paths.data}.`);
    if (!(await control.drain())) throw new Refusal('The running exchange did not answer.');
    context.say('No new calls are taken.');
    let over = false;
    void control.ended.then(() => {
      over = true;
    });
    let last = -1;
    while (!over) {
      const status = await control.status();
      if (status && status.calls !== last) {
        last = status.calls;
        context.say(`Calls going on: ${last}`);
      }
      await Promise.race([control.ended, context.clock.sleep(EVERY_MS)]);
    }
    context.say('The exchange has stopped.');
    return 0;
  },
};
