/** Signalling: SIP and call control. Needs no database: warm-start files are enough to take calls. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SecretBox } from '@kommutator/base';
import { NODE } from '../files/node-name.ts';
import { readDirectory, readDomains } from '../files/warm-files.ts';
import { HepExporter } from '../hep/exporter.ts';
import { type Channel, keepConnected, serveChannels } from '../ipc/index.ts';
import { MediaClient } from '../ipc/media-over-channel.ts';
import type { FromMedia, ToMedia } from '../ipc/media-words.ts';
import type { FromSignalling, ToSignalling } from '../ipc/signalling-words.ts';
import { type Running, runChild, type Surroundings } from '../process/lifecycle.ts';
import { createRegistry, snapshotMetrics } from '../process/metrics.ts';
import { masterKeys } from '../process/secrets.ts';
import { LiveDirectory } from './directory.ts';
import { Inheritance, isWorthKeeping } from './inheritance.ts';
import { JournalFile } from './journal-file.ts';
import { LineKeeper } from './line-keeper.ts';
import { LiveBoard } from './live-board.ts';
import { LiveSender } from './live-sender.ts';
import { signallingMetrics } from './metrics.ts';
import { OverloadWatch } from './overload.ts';
import { RegistrationFile } from './registration-file.ts';
import { SessionFigures } from './session-figures.ts';
import { TraceRing } from './trace-ring.ts';

const STATUS_EVERY = 1_000;
/** monitorEventLoopDelay measures by a timer of this period, which is in what it says. */
const LOOP_RESOLUTION = 10;

async function signalling({ config, paths, clock, log, tell }: Surroundings): Promise<Running> {
  const keys = masterKeys(config, paths);
  const journal = new JournalFile({ folder: paths.journal, node: NODE, clock, log, keep: isWorthKeeping });
  const inheritance = new Inheritance({ clock, log, journal });
  const registrations = new RegistrationFile({ folder: paths.registrations, clock, log });
  const directory = new LiveDirectory({ clock, secrets: new SecretBox(keys), log });
  const trace = new TraceRing({ folder: paths.trace, clock, log, bytes: config.traceMb * 1024 * 1024 });
  const hep =
    config.hepServer && new HepExporter({ clock, server: config.hepServer, agent: config.hepAgent });
  const media = new MediaClient(clock);
  media.inherit = living => inheritance.take(living);
  const registry = createRegistry('signalling', clock);
  const sessions = new SessionFigures(registry);
  const sender: LiveSender = new LiveSender(() => board.all);
  const board: LiveBoard = new LiveBoard({ clock, tell: news => sender.tell(news) });
  const registered = board.watch(registrations);
  const line = new LineKeeper({
    config,
    keys,
    clock,
    log,
    media,
    directory,
    journal,
    registrations: registered,
    taps: hep ? [trace, hep] : [trace],
    watchers: {
      event: (call, domain, at, event) => {
        sessions.event(call, domain, at, event);
        hep?.event(call, event);
        board.event(call, domain, at, event);
      },
      // No session of this process: the figures of RFC 6076 begin with the next one.
      resumed: (call, domain, told) => {
        for (const { at, event } of told) {
          hep?.event(call, event);
          board.event(call, domain, at, event);
        }
      },
    },
    webSockets: paths.sockets.webSocket,
    opened: exchange => inheritance.opened(exchange),
    changed: () => sayStatus(),
  });

  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION });
  loop.enable();
  const overload = new OverloadWatch({
    clock,
    loopDelay: () => {
      const mean = loop.mean / 1e6 - LOOP_RESOLUTION;
      loop.reset();
      return Math.max(0, mean || 0);
    },
    onChange: on => {
      log.warn({ overload: on }, on ? 'overload: new calls are refused' : 'overload is over');
      line.setOverload(on);
      sayStatus();
    },
  });
  signallingMetrics(registry, { line: () => line.open, journal, trace, hep, overload });
  media.onAnswer = took => overload.mediaAnswered(took);

  const listeners = new Set<Channel<FromSignalling, ToSignalling>>();
  const status = () => ({
    ready: line.open !== null,
    media: media.connected,
    draining: line.draining,
    overload: overload.overloaded,
    calls: line.calls,
  });
  const sayStatus = () => {
    for (const channel of listeners) channel.send('status', status());
    tell({ is: 'calls', calls: line.calls });
  };
  let ticker = clock.after(STATUS_EVERY, function tick() {
    sayStatus();
    ticker = clock.after(STATUS_EVERY, tick);
  });

  let stopping = false;
  const mediaConnection = keepConnected<ToMedia, FromMedia>({
    path: paths.sockets.media,
    role: 'signalling',
    clock,
    up: channel => {
      const handlers = media.attach(channel);
      sayStatus();
      return {
        ...handlers,
        closed: why => {
          if (stopping) return;
          log.error({ why }, 'media is lost');
          handlers.closed?.(why);
          sayStatus();
        },
      };
    },
  });
  const server = await serveChannels<FromSignalling, ToSignalling>({
    path: paths.sockets.signalling,
    role: 'signalling',
    clock,
    accept: channel => {
      listeners.add(channel);
      channel.send('status', status());
      sender.listen(channel);
      return {
        events: {
          registrations: records => {
            if (line.open === null) for (const record of records) registered.save(record);
          },
          domain: domain => directory.setDomain({ ...domain, json: Buffer.from(domain.json) }),
          domainGone: id => directory.removeDomain(id),
          directory: snapshot => {
            directory.setDirectory(snapshot);
            line.directoryChanged();
          },
        },
        requests: {
          versions: () => {
            const { directory: version, domains } = directory.versions;
            return { directory: version, domains: [...domains], noRegistrations: registrations.fresh };
          },
          metrics: () => snapshotMetrics(registry),
          bans: () => line.open?.shield.bans() ?? [],
          liftBan: source => line.open?.shield.lift(source) ?? false,
          registrations: ({ since }) =>
            since === registrations.revision
              ? null
              : { revision: registrations.revision, records: registrations.load() },
        },
        closed: () => {
          listeners.delete(channel);
          sender.gone(channel);
        },
      };
    },
  });

  for (const domain of readDomains(paths.warm)) directory.setDomain(domain);
  const known = readDirectory(paths.warm);
  if (known) {
    directory.setDirectory(known);
    line.directoryChanged();
  } else log.info({}, 'no warm-start files yet: waiting for the directory');

  return {
    drain: () => void line.drain().then(() => tell({ is: 'drained' })),
    async stop() {
      stopping = true;
      ticker.cancel();
      inheritance.stop();
      overload.stop();
      loop.disable();
      await line.close();
      board.close();
      await server.close();
      mediaConnection.close();
      await media.close();
      directory.close();
      journal.close();
      await registrations.close();
      await trace.close();
      await hep?.close();
    },
  };
}

if (import.meta.main) await runChild('signalling', signalling);
