import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, SecretBox, SystemClock } from '@kommutator/base';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { CallId, DomainId } from '@kommutator/model/ids';
import type { CallRecord } from '@kommutator/model/record';
import { rightsOf } from '@kommutator/model/rights';
import { type Store, seedDemo } from '@kommutator/store';
import { startTestDatabase } from '@kommutator/store/testing';
import {
  actorOf,
  type DomainSession,
  dropJob,
  jobFile,
  LiveHub,
  listJobs,
  orderExport,
  readJob,
  Snapshots,
} from '@kommutator/use-cases';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExportRunner } from '../src/office/exports/runner.ts';

const clock = new SystemClock();
const START = Date.parse('2021-03-08T18:40:21Z');

let store: Store;
let close: () => Promise<void>;
let folder: string;
let config: DomainSnapshot;

const session = (login: string, role: 'admin' | 'user' = 'admin'): DomainSession => {
  const user = config.users.find(each => each.login === login);
  if (!user) throw new Error(`no ${login}`);
  return {
    id: login,
    kind: 'user',
    person: { id: user.id, login, name: user.displayName },
    domain: { id: config.id, name: config.name },
    pool: null,
    roles: [role],
    rights: rightsOf([role]),
    area: 'domain',
    language: 'ru',
    csrf: '',
  };
};

const record = (n: number): CallRecord => {
  const callId = newId<CallId>(START);
  const anna = config.users.find(user => user.login === 'anna');
  if (!anna) throw new Error('no anna');
  const startedAt = START + n * 1_000;
  return {
    call: {
      callId,
      domain: config.id,
      direction: n % 2 === 0 ? 'in' : 'out',
      kind: n % 2 === 0 ? 'in_answered' : 'out_failed',
      aNumber: n % 2 === 0 ? '79992467198' : '101',
      aName: '',
      bNumber: n % 2 === 0 ? '101' : '79045491746',
      bName: n % 2 === 0 ? 'Анна' : '',
      numberId: null,
      line: '74951230003',
      startedAt,
      answeredAt: n % 2 === 0 ? startedAt : null,
      endedAt: startedAt + 5_000,
      talkMs: n % 2 === 0 ? 5_000 : 0,
      sipStatus: 200,
      q850: 16,
      endedBy: 'caller',
      protocol: [],
    },
    legs: [],
    parties: [
      {
        callId,
        domain: config.id,
        role: 'user',
        subject: anna.id,
        kind: n % 2 === 0 ? 'in_answered' : 'out_failed',
        peerNumber: n % 2 === 0 ? '79992467198' : '79045491746',
        peerName: n === 0 ? '=1+1' : '',
        startedAt,
        talkMs: n % 2 === 0 ? 89_000 : 0,
        note: null,
      },
    ],
  };
};

beforeAll(async () => {
  const fresh = await (await startTestDatabase()).freshStore({ clock });
  ({ store, close } = fresh);
  await seedDemo(store, { secretBox: new SecretBox([randomBytes(32)]) });
  const { domains } = await store.loadDirectory();
  const demo = domains.find(each => each.name === 'demo.kommutator.test')?.id ?? ('' as DomainId);
  config = (await store.loadDomain(demo)) as DomainSnapshot;
  await store.saveCallRecords(
    Array.from({ length: 1_200 }, (_, n) => record(n)),
    { node: 'n', segment: 1, offset: 1 },
  );
  folder = mkdtempSync(join(tmpdir(), 'exports-'));
});
afterAll(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

/** A runner that works until `until` is fulfilled by what it tells. */
async function working<T>(
  act: (runner: ExportRunner, told: () => Promise<{ id: string; state: string; rows: number }>) => Promise<T>,
): Promise<T> {
  const hub = new LiveHub(clock);
  const waiting: ((job: { id: string; state: string; rows: number }) => void)[] = [];
  hub.join(config.id, {
    viewer: { person: '', rights: new Set() },
    hear: ({ text }) => waiting.shift()?.(JSON.parse(text).data),
  });
  const runner = new ExportRunner({
    store,
    snapshots: new Snapshots(store),
    hub,
    folder,
    clock,
    log: { debug() {}, info() {}, warn: console.error, error() {} },
  });
  const stop = new AbortController();
  const running = runner.run(stop.signal);
  try {
    return await act(runner, () => new Promise(resolve => waiting.push(resolve)));
  } finally {
    stop.abort();
    await running;
    hub.close();
  }
}

/** The next job that is over. */
async function over(told: () => Promise<{ id: string; state: string; rows: number }>) {
  for (;;) {
    const job = await told();
    if (job.state !== 'running') return job;
  }
}

const order = async (
  runner: ExportRunner,
  who: DomainSession,
  filter = {},
  format: 'csv' | 'xls' | 'xlsx' = 'csv',
) => {
  const job = await orderExport({ store, jobs: runner }, who, actorOf(who, null), {
    format,
    filter,
    language: 'ru',
  });
  if (!job.ok) throw new Error(job.error.code);
  return job.value;
};

describe('ADM-6 exports', () => {
  it('ADM-7 the rows of the filter, in the zone of the domain, with the columns of the manual', () =>
    working(async (runner, told) => {
      const admin = session('admin');
      const { id } = await order(runner, admin, {
        direction: 'in',
        from: '2021-03-08T00:00:00Z',
        to: '2021-03-09T00:00:00Z',
      });
      expect(await over(told)).toMatchObject({ id, state: 'done', rows: 600 });
      const file = await jobFile({ store, jobs: runner, now: clock.wall() }, admin, id);
      if (!file.ok) throw new Error(file.error.code);
      expect(file.value.name).toBe('calls_demo.kommutator.test_2021-03-08_2021-03-09.csv');
      const lines = readFileSync(file.value.path, 'utf8').trimEnd().split('\r\n');
      expect(lines).toHaveLength(601);
      expect(lines[0]).toBe('\uFEFFАбонент А;Абонент Б;Тип вызова;Дата;Время;Длительность;Запись');
      expect(lines.at(-1)).toBe(
        'sip:79992467198@demo.kommutator.test;sip:74951230003@demo.kommutator.test;Входящий;08.03.2021;21:40:21;5;Нет',
      );
      const out = (await store.callHistory.page(config.id, { limit: 1, direction: 'out' })).rows;
      expect(out).toHaveLength(1);
    }));

  it('ACC-35 a plain user gets his own journal, whatever he asks for; a name that is a formula is text', () =>
    working(async (runner, told) => {
      const anna = session('anna', 'user');
      const { id } = await order(runner, anna, {
        user: session('boris').person.id,
        to: '2021-03-08T18:40:23Z',
      });
      expect(await over(told)).toMatchObject({ state: 'done', rows: 2 });
      const lines = readFileSync(runner.fileOf(id), 'utf8').trimEnd().split('\r\n');
      expect(lines).toEqual([
        '\uFEFFДата и время;Тип;Собеседник;Номер;Продолжительность;Секунды',
        '08.03.2021 21:40;Исходящий неуспешный;79045491746;79045491746;0 сек.;0',
        "08.03.2021 21:40;Входящий успешный;'=1+1;79992467198;1 мин. 29 сек.;89",
      ]);
    }));

  it('one at a time; a second is refused, another person’s is not; both are listed to their owners alone', () =>
    working(async (runner, told) => {
      const [vera, gleb] = [session('vera', 'user'), session('gleb', 'user')];
      // Nobody begins it before the second is asked for.
      const idle = { ...runner, wake() {} } as ExportRunner;
      const first = await order(idle, vera);
      const again = await orderExport({ store, jobs: runner }, vera, actorOf(vera, null), {
        format: 'csv',
        filter: {},
        language: 'ru',
      });
      expect(again).toMatchObject({ error: { code: 'job.running' } });
      const other = await order(runner, gleb);
      expect([(await over(told)).id, (await over(told)).id]).toEqual([first.id, other.id]);
      expect((await listJobs({ store }, gleb)).map(job => job.id)).toEqual([other.id]);
      expect((await readJob({ store }, gleb, first.id)).ok).toBe(false);
      const foreign = await jobFile({ store, jobs: runner, now: clock.wall() }, gleb, first.id);
      expect(foreign).toMatchObject({ ok: false, error: { code: 'object.notFound' } });
    }));

  it('what a restart cut off is made anew by the next runner, three times at most; half a file is removed', async () => {
    const admin = session('boris');
    const { id } = await order({ wake() {} } as ExportRunner, admin, {}, 'xlsx');
    expect((await store.jobs.claim())?.id).toBe(id);
    writeFileSync(join(folder, `${id}.part`), 'half');
    await working(async (runner, told) => {
      expect(await over(told)).toMatchObject({ id, state: 'done', rows: 1_200 });
      expect(existsSync(runner.fileOf(id))).toBe(true);
    });
    expect(readdirSync(folder).filter(name => name.endsWith('.part'))).toEqual([]);
    const { id: bad } = await order({ wake() {} } as ExportRunner, admin);
    for (let n = 0; n < 3; n++) {
      expect((await store.jobs.claim())?.id).toBe(bad);
      await store.jobs.requeue(clock.wall());
    }
    expect(await store.jobs.claim()).toBeNull();
    expect(await readJob({ store }, admin, bad)).toMatchObject({
      value: { state: 'failed', failure: 'job.crashed' },
    });
  });

  it('a database that goes away in the middle costs no export: it is begun anew, and its owner may order another', async () => {
    const { finish } = store.jobs;
    const jobs = store.jobs as { finish: typeof finish };
    const admin = session('admin');
    let away = 2;
    jobs.finish = (...how) => (away-- > 0 ? Promise.reject(new Error('away')) : finish(...how));
    try {
      await working(async (runner, told) => {
        const done = over(told);
        const { id } = await order(runner, admin);
        // Looked for again in 15 s, or when somebody asks.
        while (away > 0) await new Promise(setImmediate);
        runner.wake();
        expect(await done).toMatchObject({ id, state: 'done', rows: 1_200 });
      });
    } finally {
      jobs.finish = finish;
    }
  });

  it('a file whose job is gone is removed', async () => {
    const stray = join(folder, newId<string>(START));
    writeFileSync(stray, 'of a domain that was deleted');
    await working(async (runner, told) => {
      const done = over(told);
      const { id } = await order(runner, session('admin'));
      await done;
      expect(existsSync(stray)).toBe(false);
      expect(existsSync(runner.fileOf(id))).toBe(true);
    });
    await working(async (runner, told) => {
      const done = over(told);
      await order(runner, session('boris'));
      await done;
      expect(readdirSync(folder).length).toBeGreaterThan(1);
    });
  });

  it('a job is cancelled while it waits; one that is over is forgotten with its file; after seven days it is gone', () =>
    working(async (runner, told) => {
      const admin = session('admin');
      const done = over(told);
      const { id } = await order(runner, admin);
      await done;
      const context = { store, jobs: runner, now: clock.wall() };
      expect((await dropJob(context, admin, id)).ok).toBe(true);
      expect(existsSync(runner.fileOf(id))).toBe(false);
      expect((await dropJob(context, admin, id)).ok).toBe(false);
      const waiting = await order({ wake() {} } as ExportRunner, admin);
      await dropJob(
        { ...context, jobs: { ...context.jobs, wake() {}, drop() {}, fileOf: x => x } },
        admin,
        waiting.id,
      );
      expect(await readJob({ store }, admin, waiting.id)).toMatchObject({ value: { state: 'cancelled' } });
      expect(await jobFile(context, admin, waiting.id)).toMatchObject({ error: { code: 'job.notReady' } });
      const late = clock.wall() + 8 * 24 * 3_600_000;
      expect(await jobFile({ ...context, now: late }, admin, waiting.id)).toMatchObject({
        error: { code: 'job.expired' },
      });
      expect(await store.jobs.expire(late)).toContain(waiting.id);
    }));

  it('ADM-9 ordering an export leaves a row in the action history', async () => {
    const { rows } = await store.actions(config.id, { object: 'export', limit: 50 });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows[0]).toMatchObject({ action: 'create', source: 'cabinet' });
  });
});
