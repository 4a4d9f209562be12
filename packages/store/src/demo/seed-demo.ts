/** Demo data (DESIGN §4): what a first start shows, and what tests and users rely on. */
import type { SecretBox } from '@kommutator/base';
import type { RoutingTarget, TrunkConfig } from '@kommutator/model/config';
import type { DomainId, E164, NumberId, UserId } from '@kommutator/model/ids';
import { type Kysely, sql } from 'kysely';
import { setCabinetPassword, setStaffPassword } from '../access/passwords.ts';
import { systemActor } from '../actor.ts';
import { setSipPassword } from '../configuration/credentials.ts';
import { createDomain, type NewDomain, updateDomain } from '../configuration/domains.ts';
import { addServiceExtension } from '../configuration/extensions.ts';
import { createGroup, createPickupGroup } from '../configuration/groups.ts';
import { addRoutingRule, connectNumber, createScenario } from '../configuration/numbers.ts';
import {
  createPool,
  createPoolAdmin,
  createProviderUser,
  createTrunk,
  joinPool,
} from '../configuration/provider.ts';
import { createUser, type NewUser } from '../configuration/users.ts';
import type { Tables } from '../database/tables.ts';
import type { Store } from '../store.ts';
import type { DomainTx, SystemTx } from '../transaction.ts';

export interface DemoOptions {
  readonly secretBox: SecretBox;
  /** `DEMO=public`: accounts are accepted from any source. Default false: loopback and private sources only. */
  readonly publicAccounts?: boolean;
  /** argon2id of {@link DEMO_PASSWORD}, asked when there is something to fill; without it nobody signs in to a cabinet. */
  readonly passwordHash?: () => Promise<string>;
  /** `DEMO_TRUNK`: where outgoing calls go; default the built-in simulator. */
  readonly trunk?: TrunkConfig['destinations'][number];
}

/** Password of every demo account. */
export const DEMO_PASSWORD = 'Demo-1234';
/** 10 000,00 ₽ in kopecks. */
const DEMO_BALANCE = 1_000_000n;
const MEMBER_PRIORITY = 10;

const MOSCOW: Omit<NewDomain, 'name' | 'company' | 'balance'> = {
  mode: 'commercial',
  timezone: 'Europe/Moscow',
  language: 'ru',
  homeCodes: ['495', '499'],
  restriction: 'none',
  pickupCode: '*8',
  channels: { incoming: 20, outgoing: 20 },
  forwardingPolicy: 'simultaneous',
};

/** Fills an empty database. @returns false, and changes nothing, when there is a domain already. */
export async function seedDemo(store: Store, options: DemoOptions): Promise<boolean> {
  const seeded = await store.asSystem(systemActor('demo'), async tx => {
    if (!(await isEmpty(tx.db))) return false;
    await seed(tx, { ...options, hash: (await options.passwordHash?.()) ?? null });
    return true;
  });
  if (!seeded.ok) throw new Error(`demo data do not fit: ${JSON.stringify(seeded.error)}`);
  return seeded.value;
}

/** Asked under a lock: two nodes that start at once seed one database once. */
async function isEmpty(db: Kysely<Tables>): Promise<boolean> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('kommutator demo', 0))`.execute(db);
  const { rows } = await sql<{ empty: boolean }>`SELECT NOT EXISTS (SELECT FROM domain) AS empty`.execute(db);
  return rows[0]?.empty ?? false;
}

interface Seed extends DemoOptions {
  readonly hash: string | null;
}

async function seed(tx: SystemTx, options: Seed): Promise<void> {
  const demo = await seedMain(tx, options);
  const filial = await seedFilial(tx, options);
  const pool = await createPool(tx, { name: 'Демо-пул', routingNumberLength: 4 });
  await joinPool(tx.in(demo), pool, '4455');
  await joinPool(tx.in(filial), pool, '4456');
  const supervisor = { login: 'super', name: 'Супервизор' };
  const root = { login: 'root', name: 'Администратор системы' };
  const staff = [
    {
      kind: 'pool',
      name: supervisor.name,
      id: await createPoolAdmin(tx, pool, {
        login: supervisor.login,
        displayName: supervisor.name,
        isSupervisor: true,
      }),
    },
    {
      kind: 'provider',
      name: root.name,
      id: await createProviderUser(tx, { login: root.login, displayName: root.name }),
    },
  ] as const;
  if (options.hash !== null) for (const person of staff) await setStaffPassword(tx, person, options.hash);
  await createTrunk(tx, options.secretBox, {
    name: 'demo-pstn',
    enabled: true,
    trusts: ['127.0.0.1', '::1'],
    destinations: options.trunk ? [options.trunk] : [],
    registration: null,
    numberFormat: 'e164',
    calledIn: 'requestUri',
    prefixes: [''],
    priority: 1,
    maxCalls: null,
  });
}

async function seedMain(tx: SystemTx, options: Seed): Promise<DomainId> {
  const id = await createDomain(tx, {
    ...MOSCOW,
    name: 'demo.kommutator.test',
    company: 'Демо',
    balance: DEMO_BALANCE,
  });
  const domain = tx.in(id);
  const employ = (user: NewUser) => employee(domain, user, options);
  await employ({ login: 'admin', displayName: 'Администратор', extension: '100', isDomainAdmin: true });
  const anna = await employ({ login: 'anna', displayName: 'Анна', extension: '101' });
  const boris = await employ({ login: 'boris', displayName: 'Борис', extension: '102' });
  const vera = await employ({ login: 'vera', displayName: 'Вера', extension: '103', isOperator: true });
  const gleb = await employ({ login: 'gleb', displayName: 'Глеб', extension: '104', isOperator: true });
  const members = (...users: UserId[]) => users.map(user => ({ user, priority: MEMBER_PRIORITY }));
  const sales = await createGroup(domain, {
    name: 'Продажи',
    extension: '500',
    algorithm: 'all',
    voicemailOn: false,
    members: members(anna, boris),
  });
  await createGroup(domain, {
    name: 'Поддержка',
    extension: '501',
    algorithm: 'acd_idle',
    voicemailOn: false,
    members: members(vera, gleb),
  });
  await createPickupGroup(domain, { name: 'Продажи', members: [anna, boris] });
  const greeting = await createScenario(domain, 'Приветствие');
  await addServiceExtension(domain, '999', 'echo');
  const main = await line(domain, '74951230001', { kind: 'group', group: sales });
  await line(domain, '74951230002', { kind: 'ivr', scenario: greeting });
  await line(domain, '74951230003', { kind: 'user', user: anna });
  await line(domain, '74951230004', null);
  await updateDomain(domain, { defaultOutgoingNumber: main });
  return id;
}

async function seedFilial(tx: SystemTx, options: Seed): Promise<DomainId> {
  const id = await createDomain(tx, {
    ...MOSCOW,
    name: 'filial.kommutator.test',
    company: 'Филиал',
    balance: 0n,
  });
  const domain = tx.in(id);
  const admin = { login: 'admin', displayName: 'Администратор', extension: '100', isDomainAdmin: true };
  await employee(domain, admin, options);
  await employee(domain, { login: 'ivan', displayName: 'Иван', extension: '101' }, options);
  return id;
}

async function employee(domain: DomainTx, user: NewUser, options: Seed): Promise<UserId> {
  const id = await createUser(domain, user);
  await setSipPassword(domain, options.secretBox, id, {
    password: DEMO_PASSWORD,
    privateOnly: !options.publicAccounts,
  });
  if (options.hash !== null) await setCabinetPassword(domain, id, options.hash);
  return id;
}

async function line(domain: DomainTx, digits: string, target: RoutingTarget | null): Promise<NumberId> {
  const number = await connectNumber(domain, {
    digits: digits as E164,
    kind: digits.endsWith('1') ? 'main' : 'additional',
    class: 'city',
  });
  if (target) await addRoutingRule(domain, number, { active: true, schedule: null, prefixes: null, target });
  return number;
}
