import { VirtualClock } from '@kommutator/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Attempts } from '../src/access/attempts.ts';
import { Background } from '../src/access/background.ts';
import { Busy, Hashing } from '../src/access/hashing.ts';
import { newRecoveryCodes, newTotpSecret, totpStep, totpUri } from '../src/access/second-factor.ts';
import { network } from '../src/access/sign-in.ts';
import { Tickets } from '../src/access/tickets.ts';
import { csrfOf, isToken, newToken, tokenHash } from '../src/access/tokens.ts';

const MINUTE = 60_000;
const LIMIT = { most: 5, within: 15 * MINUTE, lock: 15 * MINUTE };

describe('ACC-4 attempts', () => {
  it('ACC-4 five within 15 minutes shut a key for 15 minutes, whatever the pauses between them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20 * MINUTE }), { maxLength: 40 }),
        async pauses => {
          const clock = new VirtualClock();
          const attempts = new Attempts(clock, LIMIT);
          let [times, shutUntil] = [[] as number[], 0];
          for (const pause of pauses) {
            await clock.advance(pause);
            const now = clock.now();
            expect(attempts.shut('key') > 0).toBe(now < shutUntil);
            if (now < shutUntil) continue;
            times = [...times.filter(time => time > now - LIMIT.within), now];
            const locks = times.length === LIMIT.most;
            expect(attempts.count('key')).toBe(locks);
            if (locks) [times, shutUntil] = [[], now + LIMIT.lock];
          }
        },
      ),
    );
  });

  it('ACC-4 a success takes its own attempt back, also one that had shut the key', () => {
    const attempts = new Attempts(new VirtualClock(), LIMIT);
    for (let n = 0; n < 20; n++) {
      attempts.count('key');
      attempts.forgive('key');
    }
    for (let n = 0; n < 4; n++) attempts.count('key');
    expect(attempts.count('key')).toBe(true);
    attempts.forgive('key');
    expect(attempts.shut('key')).toBe(0);
    expect(attempts.count('key')).toBe(true);
  });

  it('SECURITY keys that strangers make up are bounded', () => {
    const attempts = new Attempts(new VirtualClock(), LIMIT);
    for (let n = 0; n < 30_000; n++) attempts.count(`ghost${n}`);
    expect(attempts.size).toBe(20_000);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::', 'fe80:0:0:0'],
    ['2001:db8:1::', '2001:db8:1:0'],
  ])('ACC-4 %s counts for the network %s', (address, counted) => {
    expect(network(address)).toBe(counted);
  });
});

describe('SECURITY: passwords', () => {
  it('a known password is told from an unknown one, and nobody has any', async () => {
    const hashing = new Hashing();
    const stored = await hashing.hash('Demo-1234');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hashing.verify(stored, 'Demo-1234')).toBe(true);
    expect(await hashing.verify(stored, 'demo-1234')).toBe(false);
    expect(await hashing.verify(null, 'Demo-1234')).toBe(false);
  });

  it('a flood of guesses waits in a bounded queue; the rest is told that we are busy, and work goes on', async () => {
    const hashing = new Hashing();
    const all = Array.from({ length: 60 }, (_, n) => hashing.verify(null, `guess${n}`));
    const outcomes = await Promise.allSettled(all);
    const busy = outcomes.filter(each => each.status === 'rejected' && each.reason instanceof Busy);
    expect(busy).toHaveLength(60 - 2 - 40);
    expect(await hashing.verify(null, 'later')).toBe(false);
  });
});

describe('ACC-5 tokens and tickets', () => {
  it('a token is 256 bits of letters a cookie may hold; hash and csrf follow from it and do not tell it', () => {
    const tokens = new Set(Array.from({ length: 1_000 }, newToken));
    expect(tokens.size).toBe(1_000);
    for (const token of tokens) {
      expect(isToken(token)).toBe(true);
      expect(csrfOf(token)).not.toContain(token);
      expect(tokenHash(token)).toHaveLength(32);
    }
    for (const no of ['', 'x', `${newToken()}=`, `${newToken()} `]) expect(isToken(no)).toBe(false);
  });

  it('tickets end after five minutes, when used, and never pile up', async () => {
    const clock = new VirtualClock();
    const tickets = new Tickets(clock);
    const name = tickets.issue({ account: 'a', remember: false });
    expect(tickets.read(name)).toMatchObject({ account: 'a' });
    await clock.advance(5 * MINUTE);
    expect(tickets.read(name)).toBeNull();
    const used = tickets.issue({ account: 'a', remember: false });
    tickets.use(used);
    expect(tickets.read(used)).toBeNull();
    const many = Array.from({ length: 10_001 }, () => tickets.issue({ account: 'a', remember: false }));
    expect(many.filter(each => tickets.read(each)).length).toBe(10_000);
    expect(tickets.read(many.at(-1) ?? '')).not.toBeNull();
  });
});

describe('RFC 6238', () => {
  /** Appendix B, SHA-1, the last six digits; its secret is the ASCII text 12345678901234567890. */
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('RFC 6238 appendix B at %i s: %s', (seconds, code) => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(totpStep(secret, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
    expect(totpStep(secret, code, (seconds + 90) * 1000)).toBeNull();
  });

  it('secrets have 160 bits, codes that are none are refused', () => {
    const secret = newTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret()).not.toBe(secret);
    expect(decodeURIComponent(totpUri(secret, 'anna@demo'))).toContain(
      'otpauth://totp/Коммутатор:anna@demo?',
    );
    for (const code of ['', '12345', '1234567', 'abcdef', '１２３４５６', '12 456'])
      expect(totpStep(secret, code, 0)).toBeNull();
  });

  it('recovery codes are ten different ones without look-alikes', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[a-hjkmnp-z2-9]{5}-[a-hjkmnp-z2-9]{5}$/);
  });
});

describe('SECURITY: work in the background', () => {
  it('is bounded, and a failure of it ends nothing', async () => {
    const failed: unknown[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (fields: unknown) => void failed.push(fields) };
    const background = new Background(log);
    let [begun, go] = [0, () => {}];
    const gate = new Promise<void>(resolve => {
      go = resolve;
    });
    for (let n = 0; n < 150; n++)
      background.do(async () => {
        begun++;
        await gate;
        throw new Error('lost');
      });
    expect(begun).toBe(100);
    go();
    await background.settled();
    expect(failed).toHaveLength(100);
    background.do(async () => void begun++);
    expect(begun).toBe(101);
  });
});
