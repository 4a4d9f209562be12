/** The office: HTTP, configuration on its way to signalling, history on its way to the database. */
import { SecretBox } from '@kommutator/base';
import { Postman, smtp } from '@kommutator/integrations';
import { openStore, type Store } from '@kommutator/store';
import { SecurityLog } from '@kommutator/telephony';
import { projectCall } from '@kommutator/telephony/projections';
import {
  type AccessDesk,
  ConfigTeller,
  LiveHub,
  LiveState,
  openAccess,
  Snapshots,
  tellLive,
} from '@kommutator/use-cases';
import { NODE } from '../files/node-name.ts';
import { keepConnected } from '../ipc/index.ts';
import type { FromMedia, ToMedia } from '../ipc/media-words.ts';
import { probePassword } from '../probe/probe-domain.ts';
import { placeSyntheticCall, sipUdp } from '../probe/synthetic-call.ts';
import { Watchman } from '../probe/watchman.ts';
import { insist } from '../process/insist.ts';
import { type Running, runChild, type Surroundings } from '../process/lifecycle.ts';
import type { ProcessMetrics } from '../process/metrics.ts';
import { masterKeys } from '../process/secrets.ts';
import { ConfigFeed } from './config-feed.ts';
import { ExportRunner } from './exports/runner.ts';
import { HealthWatch } from './health.ts';
import { officeMetrics, renderMetrics } from './metrics.ts';
import { prepareDatabase } from './prepare.ts';
import { Projector } from './projector.ts';
import { publicUrlOf } from './public-url.ts';
import { RegistrationMirror } from './registration-mirror.ts';
import { SignallingLink } from './signalling-link.ts';
import { serveWeb } from './web.ts';

/** How often health is looked at; /health itself is judged when it is asked. */
const HEALTH_EVERY = 100;
/** How long signalling may take to say its first word before it is called missing. */
const FIRST_WORD = 2_000;

/** Metrics of media are asked over a connection of their own. */
function mediaMetrics({ clock, paths }: Surroundings) {
  let ask: () => Promise<ProcessMetrics | null> = async () => null;
  const connection = keepConnected<ToMedia, FromMedia>({
    path: paths.sockets.media,
    role: 'office',
    clock,
    up: channel => {
      ask = async () => {
        const answer = await channel.request('metrics', null, { within: 1_000 });
        return answer.ok ? answer.value : null;
      };
      return {};
    },
  });
  return { ask: () => ask(), close: () => connection.close() };
}

interface Work {
  readonly around: Surroundings;
  readonly ownerUrl: string;
  readonly access: AccessDesk;
  readonly postman: Postman;
  readonly teller: ConfigTeller;
  readonly exporter: ExportRunner;
  readonly feed: ConfigFeed;
  readonly projector: Projector;
  readonly mirror: RegistrationMirror;
  readonly signal: AbortSignal;
}

/** Brings the database up to date, then everything that reads and writes it works until aborted. Never rejects. */
async function workWith(store: Store, work: Work): Promise<void> {
  const { around, ownerUrl, access, postman, teller, exporter, feed, projector, mirror, signal } = work;
  const prepare = () => prepareDatabase(ownerUrl, around).then(() => true);
  if (!(await insist(prepare, 'database cannot be prepared', { ...around, signal }))) return;
  const watch = store.watchConfig(change => {
    // Changed by another process: a command, another node.
    access.sessions.doubt();
    if (change !== 'directory') void teller.changed(change.domain);
    feed.changed(change === 'directory' ? 'everything' : change.domain);
  });
  // What changed before the watch listened is found by reading everything once more.
  void watch.ready.then(() => feed.changed('everything'));
  await Promise.all([
    postman.run(signal),
    feed.run(signal),
    projector.run(signal),
    mirror.run(signal),
    exporter.run(signal),
  ]);
  await watch.stop();
}

async function office(around: Surroundings): Promise<Running> {
  const { config, paths, clock, log, tell } = around;
  const ownerUrl = config.databaseUrl ?? (await around.databaseUrl);
  if (ownerUrl === null) return { stop: async () => {} };
  const keys = masterKeys(config, paths);
  const roleKey = config.databaseUrl === null ? null : keys[0];
  let access: AccessDesk | null = null;
  const store = openStore({ ownerUrl, roleKey, clock, log, committed: () => access?.sessions.doubt() });
  const box = new SecretBox(keys);
  const security = new SecurityLog(clock, log);
  access = openAccess({ store, clock, log, security, box, publicUrl: publicUrlOf(config) });
  const stop = new AbortController();
  const health = new HealthWatch(clock);
  const feed = new ConfigFeed({ store, folder: paths.warm, clock, log });
  const projector = new Projector({
    folder: paths.journal,
    doneFolder: paths.journalDone,
    node: NODE,
    store,
    project: projectCall,
    clock,
    log,
  });
  const snapshots = new Snapshots(store);
  const hub = new LiveHub(clock);
  const live = new LiveState((domain, change) => tellLive(hub, domain, change, clock.wall()));
  const exporter = new ExportRunner({ store, snapshots, hub, folder: paths.exports, clock, log });
  const teller = new ConfigTeller({ hub, store, snapshots, clock });
  let heard = false;
  const link = new SignallingLink({
    path: paths.sockets.signalling,
    clock,
    feed,
    status: status => {
      heard = true;
      health.told(status);
    },
    live: ({ part, ...news }) => {
      if (part === 'begin') live.begin();
      live.apply(news);
      if (part === 'complete') live.complete(clock.wall());
    },
    lost: () => health.lost(),
    storedRegistrations: () => store.loadRegistrations().catch(() => null),
  });
  const mirror = new RegistrationMirror({
    table: store,
    ask: since => link.registrations(since),
    clock,
    log,
  });
  const media = mediaMetrics(around);
  const registry = officeMetrics(clock, projector);
  const watchman = new Watchman({
    clock,
    log,
    every: config.syntheticCallSeconds * 1_000,
    call: () => placeSyntheticCall({ clock, exchange: sipUdp(config), password: probePassword(keys) }),
  });
  watchman.measuredBy(registry);
  const web = await serveWeb(around, {
    store,
    access,
    live,
    snapshots,
    hub,
    jobs: exporter,
    health: () => health.current,
    metrics: () => renderMetrics(registry, [() => link.metrics(), media.ask]),
  });
  const post = config.smtpUrl === null ? null : smtp(config.smtpUrl, config.mailFrom ?? '');
  const postman = new Postman({ queue: store.access, box, clock, log, send: post?.send ?? null });
  const work = workWith(store, {
    around,
    postman,
    ownerUrl,
    access,
    teller,
    exporter,
    feed,
    projector,
    mirror,
    signal: stop.signal,
  });
  let said = 'nothing yet';
  const began = clock.now();
  const sayHealth = () => {
    if (stop.signal.aborted) return;
    const now = health.current;
    const missing = now.status === 'ok' ? [] : now.missing;
    // A restarted office knows nothing yet: that is no news.
    const known = heard || clock.now() - began > FIRST_WORD;
    if (known && missing.join() !== said) {
      tell({ is: 'health', missing });
      said = missing.join();
    }
    clock.after(HEALTH_EVERY, sayHealth);
  };
  sayHealth();
  return {
    async stop() {
      stop.abort();
      watchman.stop();
      link.close();
      media.close();
      await web.close();
      await work;
      await access.background.settled();
      post?.close();
      await store.close();
    },
  };
}

if (import.meta.main) await runChild('office', office);
