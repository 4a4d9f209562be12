import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryRegistrations } from '../../src/testing/memory-ports.ts';
import { DOMAIN, EXCHANGE, NOTHING, type RegisterInit, Registration, Rig } from './support.ts';

const ANNA = '10.0.0.5';
let rig: Rig;
const contact = (text: string): readonly [string, string] => ['Contact', text];
const register = (address: string, init: RegisterInit, port?: number) =>
  new Registration(rig.stack(address, port), init);
const contacts = (login = 'anna') => rig.lines.contacts(DOMAIN, login).map(one => one.contact);

beforeEach(() => {
  rig = new Rig();
});

describe('RFC 3261 §10 the registrar', () => {
  test('a phone registers, is found, refreshes, and is forgotten when it does not', async () => {
    const anna = register(ANNA, { headers: [contact(`<sip:anna@${ANNA}>`), ['Expires', '120']] });
    const response = await anna.send();
    expect(response.status).toBe(200);
    expect(response.headers.get('Contact')).toContain('expires=120');
    await rig.clock.advance(100_000);
    expect((await anna.send()).status).toBe(200);
    await rig.clock.advance(119_000);
    expect(contacts()).toEqual([`sip:anna@${ANNA}`]);
    await rig.clock.advance(1_000);
    expect(contacts()).toEqual([]);
    expect(rig.registrations.load()).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 8760 the challenge offers MD5 and SHA-256 in the domain’s realm', async () => {
    const stack = rig.stack(ANNA);
    const aor = `<sip:anna@${DOMAIN}>`;
    const response = await stack.request(
      { method: 'REGISTER', uri: `sip:${DOMAIN}`, from: aor, to: aor },
      EXCHANGE,
    );
    expect(response.status).toBe(401);
    const challenges = response.headers.all('WWW-Authenticate');
    expect(challenges.map(text => /algorithm=([^,]+)/.exec(text)?.[1])).toEqual(['MD5', 'SHA-256']);
    expect(challenges.every(text => text.includes(`realm="${DOMAIN}"`))).toBe(true);
  });

  test.each([
    ['baresip v1.0.0 (x86_64/linux)', ['MD5']],
    ['baresip v3.11.0 (x86_64/Linux)', ['MD5']],
    ['baresip v3.12.1 (x86_64/Linux)', ['MD5', 'SHA-256']],
    ['Linphone Desktop/5.0.2 baresip v1.0.0', ['MD5', 'SHA-256']],
  ])('a phone that gives up at SHA-256 is not offered it: %s', async (userAgent, offered) => {
    const aor = `<sip:anna@${DOMAIN}>`;
    const response = await rig
      .stack(ANNA, 5060, 1, userAgent)
      .request({ method: 'REGISTER', uri: `sip:${DOMAIN}`, from: aor, to: aor }, EXCHANGE);
    const challenges = response.headers.all('WWW-Authenticate');
    expect(challenges.map(text => /algorithm=([^,]+)/.exec(text)?.[1])).toEqual(offered);
  });

  test('several phones of one login, the preferred one first; asking changes nothing; * forgets them all', async () => {
    const desk = register(ANNA, { callId: 'desk', headers: [contact(`<sip:anna@${ANNA}>;q=0.3`)] });
    const mobile = register('10.0.0.6', {
      callId: 'mobile',
      headers: [contact('<sip:anna@10.0.0.6>;q=0.9')],
    });
    await desk.send();
    await mobile.send();
    expect(contacts()).toEqual(['sip:anna@10.0.0.6', `sip:anna@${ANNA}`]);
    expect((await desk.send([])).headers.all('Contact')).toHaveLength(2);
    expect((await desk.send([contact('*'), ['Expires', '0']])).status).toBe(200);
    expect([contacts(), rig.registrations.load()]).toEqual([[], []]);
  });

  test('a REGISTER that was overtaken changes nothing (§10.3 step 7)', async () => {
    const anna = register(ANNA, { headers: [contact(`<sip:anna@${ANNA}>`)] });
    await anna.send();
    expect((await anna.send([contact(`<sip:anna@${ANNA}>`), ['Expires', '0']], 1)).status).toBe(500);
    expect(contacts()).toHaveLength(1);
  });

  test('an interval that is too brief gets 423 with Min-Expires', async () => {
    const response = await register(ANNA, {
      headers: [contact('<sip:anna@10.0.0.5>'), ['Expires', '30']],
    }).send();
    expect([response.status, response.headers.get('Min-Expires')]).toEqual([423, '60']);
  });

  test('RFC 5626 the same instance replaces its contact, RFC 3327 Path is kept and told', async () => {
    const anna = register(ANNA, { headers: [contact('<sip:anna@10.0.0.5:1>;+sip.instance="<urn:uuid:1>"')] });
    await anna.send();
    const path = '<sip:edge.example;lr>';
    const response = await anna.send([
      contact('<sip:anna@10.0.0.5:2>;+sip.instance="<urn:uuid:1>"'),
      ['Path', path],
    ]);
    expect(response.headers.get('Path')).toBe(path);
    expect(contacts()).toEqual(['sip:anna@10.0.0.5:2']);
    expect(rig.registrations.load()).toMatchObject([{ contact: 'sip:anna@10.0.0.5:2', path: [path] }]);
  });

  test('of more than ten contacts the oldest give way', async () => {
    const anna = register(ANNA, { headers: [] });
    for (let port = 1; port <= 12; port++) {
      await anna.send([contact(`<sip:anna@${ANNA}:${port}>`)]);
      await rig.clock.advance(1_000);
    }
    expect(contacts()).toHaveLength(10);
    expect(contacts()).not.toContain(`sip:anna@${ANNA}:2`);
    expect(rig.registrations.load()).toHaveLength(10);
  });

  test('nobody registers for another: 403', async () => {
    const response = await register(ANNA, {
      headers: [contact('<sip:x@10.0.0.5>')],
      to: `sip:boris@${DOMAIN}`,
    }).send();
    expect(response.status).toBe(403);
    expect(contacts('boris')).toEqual([]);
  });

  describe('over connections', () => {
    const over = (text: string) => [contact(`<${text};transport=tcp>;+sip.instance="<urn:uuid:1>"`)];
    const exchange = { ...EXCHANGE, protocol: 'tcp' } as const;

    beforeEach(() => {
      rig = new Rig({ protocol: 'tcp' });
    });

    test('RFC 5626 §4.2.1 the end of a connection is the end of its contacts, on disk too', async () => {
      const stack = rig.stack(ANNA);
      await rig.settles(new Registration(stack, { headers: over(`sip:anna@${ANNA}`), exchange }).send());
      expect(contacts()).toHaveLength(1);
      await stack.close();
      expect(contacts()).toEqual([]);
      expect(rig.registrations.load()).toEqual([]);
      expect(await rig.left()).toEqual(NOTHING);
    });

    test('RFC 5626 §4.2.1 a phone that came back over a new connection does not lose its contact with the old one', async () => {
      const old = rig.stack(ANNA);
      const headers = over(`sip:anna@${ANNA}`);
      await rig.settles(new Registration(old, { headers, exchange }).send());
      const renewed = { headers, exchange, callId: 'reg-2' };
      await rig.settles(new Registration(rig.stack('10.0.0.9'), renewed).send());
      await old.close();
      expect(contacts()).toEqual([`sip:anna@${ANNA};transport=tcp`]);
      expect(await rig.left()).toEqual(NOTHING);
    });
  });

  test('a registration written by a clock that was a year ahead lasts an hour after the restart', async () => {
    await register(ANNA, { headers: [contact(`<sip:anna@${ANNA}>`)] }).send();
    const [record] = rig.registrations.load();
    if (!record) throw new Error('not saved');
    await rig.lines.close();
    const store = new MemoryRegistrations();
    store.save({ ...record, expiresAt: record.expiresAt + 365 * 24 * 3_600_000 });
    rig = new Rig({ registrations: store });
    expect(contacts()).toHaveLength(1);
    await rig.clock.advance(3_600_000);
    expect(contacts()).toEqual([]);
  });

  test('registrations outlive a restart, but those of WebSocket connections', async () => {
    await register(ANNA, { headers: [contact(`<sip:anna@${ANNA}>`), ['Expires', '600']] }).send();
    const [record] = rig.registrations.load();
    if (!record) throw new Error('not saved');
    await rig.lines.close();
    const store = new MemoryRegistrations();
    store.save(record);
    store.save({ ...record, contact: 'sip:x@browser.invalid;transport=ws', protocol: 'wss' });
    store.save({ ...record, contact: 'sip:old@10.0.0.5', expiresAt: 0 });
    rig = new Rig({ registrations: store });
    expect(contacts()).toEqual([`sip:anna@${ANNA}`]);
    expect(store.load()).toHaveLength(1);
    await rig.clock.advance(600_000);
    expect(contacts()).toEqual([]);
  });
});

describe('USR-13 who may not register', () => {
  const wrong = { headers: [contact('<sip:anna@10.0.0.5>')], password: 'Wrong-1' };
  const statuses = async (init: RegisterInit, times: number) => {
    const stack = rig.stack(ANNA);
    const seen: number[] = [];
    for (let i = 0; i < times; i++)
      seen.push((await new Registration(stack, { ...init, callId: `c${i}` }).send()).status);
    return seen;
  };
  const lockedAfterTen = [...Array(10).fill(401), 403, 403];

  test('spec 00 §3.4 a wrong password is 401, and 403 after ten; the right one helps after 15 minutes', async () => {
    expect(await statuses(wrong, 12)).toEqual(lockedAfterTen);
    const right = register(ANNA, { headers: wrong.headers, callId: 'r' }, 5062);
    expect((await right.send()).status).toBe(403);
    await rig.clock.advance(15 * 60_000);
    expect((await right.send()).status).toBe(200);
    const told = rig.log.lines.flatMap(line => /SECURITY event=(\S+)/.exec(line)?.[1] ?? []);
    expect(told).toEqual(['digest-failure', 'locked']);
  });

  test('an unknown login and an unknown domain get the very same answers', async () => {
    expect(await statuses({ ...wrong, login: 'nobody' }, 12)).toEqual(lockedAfterTen);
    rig = new Rig();
    expect(await statuses({ ...wrong, domain: 'unknown.example' }, 12)).toEqual(lockedAfterTen);
  });

  test('the guard of one source does not lock the phone at another', async () => {
    await statuses(wrong, 11);
    expect((await register('10.0.0.9', { headers: [contact('<sip:anna@10.0.0.9>')] }).send()).status).toBe(
      200,
    );
  });

  test('a demo account is taken from private sources only, and refused like a wrong password', async () => {
    rig = new Rig({ privateOnly: true });
    expect((await register('198.51.100.7', { headers: wrong.headers }).send()).status).toBe(401);
    expect((await register('192.168.1.7', { headers: wrong.headers }).send()).status).toBe(200);
  });
});
