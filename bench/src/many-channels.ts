import { SystemClock } from '@kommutator/base';
import { embeddedUrl, eventually, type RunningExchange } from '@kommutator/e2e';
import { openStore, silentLog, systemActor, updateDomain } from '@kommutator/store';

/** The demo company has twenty channels; a load wants as many as it has calls. */
export async function allowManyChannels(exchange: RunningExchange): Promise<void> {
  const clock = new SystemClock();
  const store = openStore({ ownerUrl: embeddedUrl(exchange.dataDir), roleKey: null, clock, log: silentLog });
  try {
    const { domains } = await store.loadDirectory();
    const demo = domains.find(domain => domain.name === 'demo.kommutator.test');
    if (!demo) throw new Error('no demo domain');
    const done = await store.inDomain(systemActor('bench'), demo.id, tx =>
      updateDomain(tx, { channels: { incoming: 30_000, outgoing: 30_000 } }),
    );
    if (!done.ok) throw new Error(`the channels were not changed: ${done.error.code}`);
    const read = () => store.loadDomain(demo.id);
    await eventually(clock, read, snapshot => snapshot?.channels.incoming === 30_000);
    // The change travels to the line within a moment; the first call of a load comes later than that.
    await clock.sleep(1_000);
  } finally {
    await store.close();
  }
}
