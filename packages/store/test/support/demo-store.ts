import { randomBytes } from 'node:crypto';
import { type Clock, SecretBox } from '@kommutator/base';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { DomainId } from '@kommutator/model/ids';
import { seedDemo } from '../../src/index.ts';
import { type FreshStore, startTestDatabase } from '../../src/testing/index.ts';

export interface DemoStore extends FreshStore {
  readonly box: SecretBox;
  readonly demo: DomainSnapshot;
  readonly filial: DomainSnapshot;
}

/** A fresh database with the demo data in it. */
export async function demoStore(clock?: Clock): Promise<DemoStore> {
  const fresh = await (await startTestDatabase()).freshStore(clock ? { clock } : {});
  const box = new SecretBox([randomBytes(32)]);
  // What it is a hash of does not matter here: nobody signs in.
  await seedDemo(fresh.store, {
    secretBox: box,
    passwordHash: async () => '$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA',
  });
  const { domains } = await fresh.store.loadDirectory();
  const load = (name: string) =>
    reload(fresh, domains.find(domain => domain.name === name)?.id ?? ('' as DomainId));
  const [demo, filial] = [await load('demo.kommutator.test'), await load('filial.kommutator.test')];
  return { ...fresh, box, demo, filial };
}

export async function reload({ store }: Pick<FreshStore, 'store'>, id: DomainId): Promise<DomainSnapshot> {
  const snapshot = await store.loadDomain(id);
  if (!snapshot) throw new Error(`no domain ${id}`);
  return snapshot;
}

/** Fails the test when there is nothing. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('nothing there');
  return value;
}
