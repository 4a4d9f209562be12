/** Two real processes: media outlives the signalling that opened its endpoints, and the next one takes them over. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '@kommutator/base';
import type { Answer, ClipId, Ep, Living } from '@kommutator/media';
import { RtpPeer, ToneDetector } from '@kommutator/media/testing';
import { afterEach, expect, test } from 'vitest';
import { makeFolders, pathsOf } from '../src/files/paths.ts';
import { keepConnected } from '../src/ipc/index.ts';
import { MediaClient } from '../src/ipc/media-over-channel.ts';
import type { FromMedia, ToMedia } from '../src/ipc/media-words.ts';
import { folder } from './support.ts';

const clock = new SystemClock();
const started: ChildProcess[] = [];
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

function run(script: URL, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = fork(fileURLToPath(script), args, {
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  started.push(child);
  return child;
}

/** Sings to its endpoint all the time. */
function sing(peer: RtpPeer, to: number, hz: number): void {
  let over = false;
  closing.push(() => {
    over = true;
  });
  const beat = () => {
    if (over) return;
    peer.sing(to, 'PCMA', hz, 1);
    clock.after(20, beat);
  };
  beat();
}

/** Resolves when the last 100 ms of what came from now on were this tone. */
function untilHears(peer: RtpPeer, hz: number): Promise<void> {
  const from = peer.heard.length;
  return peer.until(() => {
    const ear = new ToneDetector('PCMA');
    for (const packet of peer.heard.slice(from).slice(-5)) ear.push(packet.payload);
    return ear.hears(hz);
  });
}

test('DESIGN §2 kill -9 of signalling: the talk is heard on, and what lives is told to the next one with all it needs', async () => {
  const data = folder();
  const paths = pathsOf(data);
  makeFolders(paths);
  const media = run(new URL('../src/media/main.ts', import.meta.url), [], {
    DATA_DIR: data,
    RTP_PORTS: '43000-43099',
    SIP_HOST: '127.0.0.1',
  });
  await once(media, 'message');
  const [anna, boris] = [await RtpPeer.open(), await RtpPeer.open()];
  closing.push(
    () => anna.close(),
    () => boris.close(),
  );
  const first = run(new URL('./short-lived-signalling.ts', import.meta.url), [
    paths.sockets.media,
    String(anna.port),
    String(boris.port),
  ]);
  await once(first, 'message');

  first.kill('SIGKILL');
  await once(first, 'exit');

  const next = new MediaClient(clock);
  const inherited = new Promise<readonly Living[]>(resolve => {
    next.inherit = living => {
      resolve(living);
      return living.map(({ ep }) => ep);
    };
  });
  const connection = keepConnected<ToMedia, FromMedia>({
    path: paths.sockets.media,
    role: 'signalling',
    clock,
    up: channel => next.attach(channel),
  });
  closing.push(
    () => connection.close(),
    () => next.close(),
  );
  const living = await inherited;
  const [a, b] = living;
  if (!a || !b) throw new Error('nothing lives');
  expect(living).toHaveLength(2);
  expect(a).toMatchObject({
    ep: 'a',
    domain: 'd',
    language: 'en',
    address: '127.0.0.1',
    remote: { port: anna.port, telephoneEvent: 101, answered: true },
    hear: { relay: 'b' },
    keys: 'withhold',
    lostAfter: 60_000,
  });
  expect(a.port).toBeGreaterThanOrEqual(43_000);

  sing(anna, a.port, 500);
  sing(boris, b.port, 900);
  await Promise.all([untilHears(anna, 900), untilHears(boris, 500)]);
  // It obeys the new one, and its stream goes on as the one it was.
  const tone = 'tone:dial' as ClipId;
  const before = anna.heard.at(-1);
  await next.command({
    do: 'hear',
    ep: a.ep,
    what: { play: [tone], tag: 1, loop: true, then: { silence: true } },
  });
  await untilHears(anna, 425);
  expect(new Set(anna.heard.map(({ ssrc }) => ssrc))).toEqual(new Set([before?.ssrc]));
  const closed: Answer[] = [];
  for (const ep of ['a', 'b'] as Ep[]) closed.push(await next.command({ do: 'close', ep }));
  expect(closed).toEqual([{ ok: true }, { ok: true }]);
  media.send({ do: 'stop' });
  await once(media, 'exit');
});
