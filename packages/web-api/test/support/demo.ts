import { randomBytes } from 'node:crypto';
import { SecretBox, VirtualClock } from '@kommutator/base';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { DomainId } from '@kommutator/model/ids';
import { areaOf, type Role, rightsOf } from '@kommutator/model/rights';
import { type Store, seedDemo } from '@kommutator/store';
import { startTestDatabase } from '@kommutator/store/testing';
import { LiveState, type Session, Snapshots } from '@kommutator/use-cases';
import { createWebApi, type Services, type WebApi } from '../../src/index.ts';
import { services } from './server.ts';

/** A web API over a fresh database with the demo data, and people signed in to it. */
export interface DemoApi {
  readonly web: WebApi;
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly live: LiveState;
  readonly demo: DomainSnapshot;
  readonly filial: DomainSnapshot;
  session(domain: DomainSnapshot, login: string, role: Role): Session;
  /** A request of somebody signed in; with a body it is a change. */
  as(who: Session): (url: string, o?: { method?: 'POST' | 'DELETE'; body?: object }) => Promise<Answer>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API answers is compared as it is
  readonly body: any;
  readonly raw: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
}

export async function demoApi(given: (store: Store) => Partial<Services> = () => ({})): Promise<DemoApi> {
  const clock = new VirtualClock();
  const fresh = await (await startTestDatabase()).freshStore({ clock });
  const noisy = { debug() {}, info() {}, warn: console.error, error: console.error };
  const { store } = fresh;
  await seedDemo(store, { secretBox: new SecretBox([randomBytes(32)]) });
  const { domains } = await store.loadDirectory();
  const load = async (name: string) => {
    const found = await store.loadDomain(domains.find(each => each.name === name)?.id ?? ('' as DomainId));
    if (!found) throw new Error(`no ${name}`);
    return found;
  };
  const live = new LiveState(() => {});
  const sessions = new Map<string, Session>();
  const web = await createWebApi({
    services: services({
      store,
      clock,
      live,
      snapshots: new Snapshots(store),
      sessions: { find: async token => sessions.get(token) ?? null },
      log: noisy,
      ...given(store),
    }),
    cabinet: null,
  });
  return {
    web,
    store,
    clock,
    live,
    demo: await load('demo.kommutator.test'),
    filial: await load('filial.kommutator.test'),
    session(domain, login, role) {
      const user = domain.users.find(each => each.login === login);
      if (!user) throw new Error(`no ${login}`);
      const id = `${domain.name}-${login}-${role}`;
      const session: Session = {
        id,
        kind: 'user',
        person: { id: user.id, login, name: user.displayName },
        domain: { id: domain.id, name: domain.name },
        pool: null,
        roles: [role],
        rights: rightsOf([role]),
        area: areaOf([role]),
        language: 'ru',
        csrf: 'csrf',
      };
      sessions.set(id, session);
      return session;
    },
    as: who => async (url, o) => {
      const answer = await web.inject({
        url,
        method: o?.method ?? (o?.body ? 'POST' : 'GET'),
        headers: { cookie: `kommutator_session=${who.id}`, 'x-csrf-token': 'csrf' },
        ...(o?.body ? { payload: o.body } : {}),
      });
      const json = String(answer.headers['content-type'] ?? '').includes('json');
      return {
        status: answer.statusCode,
        body: json ? answer.json() : answer.body,
        raw: answer.rawPayload,
        headers: answer.headers,
      };
    },
    async close() {
      await web.close();
      await fresh.close();
    },
  };
}
