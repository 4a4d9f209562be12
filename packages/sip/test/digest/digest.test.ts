import { VirtualClock } from '@kommutator/base';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  answerChallenge,
  type DigestAlgorithm,
  DigestServer,
  digestResponse,
  ha1,
  ha2,
  NonceCount,
  parseDigest,
  type StoredCredential,
} from '../../src/index.ts';

const REALM = 'demo.kommutator.test';
const REGISTER = { method: 'REGISTER', uri: `sip:${REALM}` };

const stored = (username: string, password: string): StoredCredential => ({
  md5: ha1(username, REALM, password, 'MD5'),
  sha256: ha1(username, REALM, password, 'SHA-256'),
});
const anna = stored('anna', 'secret');
const lookup = (username: string, realm: string) => (username === 'anna' && realm === REALM ? anna : null);

let clock: VirtualClock;
let server: DigestServer;
let calls: number;
/** Never the same bytes twice in a test. */
const random = (count: number) => {
  const bytes = Buffer.alloc(count);
  bytes.writeUInt32BE(++calls);
  return bytes;
};

beforeEach(() => {
  calls = 0;
  clock = new VirtualClock();
  server = new DigestServer({ clock, secret: Buffer.alloc(32, 7), random });
});

const answer = (o: {
  challenges?: string[];
  username?: string;
  password?: string;
  count?: NonceCount;
  uri?: string;
}): string => {
  const header = answerChallenge({
    challenges: o.challenges ?? server.challenge(REALM),
    username: o.username ?? 'anna',
    password: o.password ?? 'secret',
    method: 'REGISTER',
    uri: o.uri ?? REGISTER.uri,
    nonceCount: o.count ?? new NonceCount(),
    random,
  });
  if (header === null) throw new Error('no answer');
  return header;
};

describe('vectors', () => {
  const input = {
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    qop: 'auth' as const,
  };

  test.each<[DigestAlgorithm, string]>([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('RFC 7616 §3.9.1 %s', (algorithm, response) => {
    const a1 = ha1('Mufasa', 'http-auth@example.org', 'Circle of Life', algorithm);
    expect(digestResponse(a1, ha2('GET', '/dir/index.html', algorithm), input, algorithm)).toBe(response);
  });

  test('RFC 2617 §3.5 MD5', () => {
    const a1 = ha1('Mufasa', 'testrealm@host.com', 'Circle Of Life', 'MD5');
    const old = {
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      nc: '00000001',
      cnonce: '0a4f113b',
      qop: 'auth' as const,
    };
    expect(a1).toBe('939e7578ed9e3c518a452acee763bce9');
    expect(digestResponse(a1, ha2('GET', '/dir/index.html', 'MD5'), old, 'MD5')).toBe(
      '6629fae49393a05397450978507c4ef1',
    );
  });

  test('RFC 2069 §2.4 without qop, as corrected by erratum 749', () => {
    const a1 = ha1('Mufasa', 'testrealm@host.com', 'CircleOfLife', 'MD5');
    const nonce = 'dcd98b7102dd2f0e8b11d0f600bfb0c093';
    expect(digestResponse(a1, ha2('GET', '/dir/index.html', 'MD5'), { nonce }, 'MD5')).toBe(
      '1949323746fe6a43ef61f9606e7febea',
    );
  });
});

describe('server', () => {
  test('RFC 8760 §2.6 MD5 is offered before SHA-256 for phones that read one challenge only, with one nonce and qop="auth"', () => {
    const challenges = server.challenge(REALM).map(parseDigest);
    expect(challenges.map(fields => fields?.algorithm)).toEqual(['MD5', 'SHA-256']);
    expect(new Set(challenges.map(fields => fields?.nonce)).size).toBe(1);
    expect(challenges[0]).toMatchObject({ realm: REALM, qop: 'auth' });
    expect(challenges[0]?.stale).toBeUndefined();
    expect(parseDigest(server.challenge(REALM, { stale: true })[0] ?? '')?.stale).toBe('true');
  });

  test.each([
    ['MD5', 0],
    ['SHA-256', 1],
  ])('RFC 8760 §2.4 the right password passes with %s', (_, index) => {
    const challenge = server.challenge(REALM)[index] ?? '';
    expect(server.verify(answer({ challenges: [challenge] }), REGISTER, lookup)).toBe('ok');
  });

  test('RFC 3261 §22.4 a client that knows no qop passes once per nonce', () => {
    const challenges = server.challenge(REALM).map(text => text.replace(', qop="auth"', ''));
    expect(server.verify(answer({ challenges }), REGISTER, lookup)).toBe('ok');
    expect(server.verify(answer({ challenges }), REGISTER, lookup)).toBe('stale');
  });

  test('RFC 7616 §3.4 a wrong password and an unknown name are both wrong', () => {
    expect(server.verify(answer({ password: 'Secret' }), REGISTER, lookup)).toBe('wrong');
    expect(server.verify(answer({ username: 'nobody' }), REGISTER, lookup)).toBe('wrong');
  });

  test('RFC 7616 §3.4 the answer to REGISTER does not serve for INVITE', () => {
    expect(server.verify(answer({}), { ...REGISTER, method: 'INVITE' }, lookup)).toBe('wrong');
  });

  test('RFC 3261 §22.4 a phone that names the server’s address as digest URI passes', () => {
    expect(server.verify(answer({ uri: 'sip:127.0.0.1:5060' }), REGISTER, lookup)).toBe('ok');
  });

  test('RFC 7616 §3.3 a nonce older than five minutes is stale, unless the password is wrong', async () => {
    const challenges = server.challenge(REALM);
    const count = new NonceCount();
    await clock.advance(300_000);
    expect(server.verify(answer({ challenges, count }), REGISTER, lookup)).toBe('ok');
    await clock.advance(1);
    expect(server.verify(answer({ challenges, count }), REGISTER, lookup)).toBe('stale');
    expect(server.verify(answer({ challenges, count, password: 'x' }), REGISTER, lookup)).toBe('wrong');
  });

  test('RFC 7616 §5.4 a nonce of another secret or another realm is stale', () => {
    const other = new DigestServer({ clock, secret: Buffer.alloc(32, 8), random });
    expect(server.verify(answer({ challenges: other.challenge(REALM) }), REGISTER, lookup)).toBe('stale');
    const moved = server.challenge('other.test').map(text => text.replace('other.test', REALM));
    expect(server.verify(answer({ challenges: moved }), REGISTER, lookup)).toBe('stale');
  });

  test('RFC 7616 §5.4 a nonce serves the address it was given to: from elsewhere it is stale, right password or not', () => {
    const challenges = server.challenge(REALM, { source: '10.0.0.5' });
    const there = { ...REGISTER, source: '10.0.0.5' };
    const elsewhere = { ...REGISTER, source: '10.0.0.6' };
    const count = new NonceCount();
    for (const password of ['secret', 'wrong'])
      expect(server.verify(answer({ challenges, password, count }), elsewhere, lookup)).toBe('stale');
    expect(server.verify(answer({ challenges, password: 'wrong', count }), there, lookup)).toBe('wrong');
    expect(server.verify(answer({ challenges, count }), there, lookup)).toBe('ok');
  });

  test('a nonce of one’s own making tells nothing about a password: no look at it, no work', () => {
    const challenges = server.challenge(REALM).map(text => text.replace(/nonce="[^"]+"/, 'nonce="abc"'));
    let looked = 0;
    const counting = (username: string, realm: string) => {
      looked++;
      return lookup(username, realm);
    };
    const verdicts = ['secret', 'wrong'].map(password =>
      server.verify(answer({ challenges, password }), REGISTER, counting),
    );
    expect([...verdicts, looked]).toEqual(['stale', 'stale', 0]);
  });

  test('RFC 7616 §3.3 another node with the same secret accepts the nonce', () => {
    const other = new DigestServer({ clock, secret: Buffer.alloc(32, 7), random });
    expect(other.verify(answer({}), REGISTER, lookup)).toBe('ok');
  });

  test('RFC 7616 §5.5 a replayed answer is stale, the next count passes', () => {
    const challenges = server.challenge(REALM);
    const count = new NonceCount();
    const first = answer({ challenges, count });
    const second = answer({ challenges, count });
    expect(server.verify(second, REGISTER, lookup)).toBe('ok');
    expect(server.verify(first, REGISTER, lookup)).toBe('ok');
    expect(server.verify(first, REGISTER, lookup)).toBe('stale');
    expect(server.verify(second, REGISTER, lookup)).toBe('stale');
    expect(server.verify(answer({ challenges, count }), REGISTER, lookup)).toBe('ok');
  });

  test('RFC 7616 §5.5 no count passes twice, in whatever order counts arrive', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 120 }), counts => {
        const challenges = server.challenge(REALM);
        const used = new Set<number>();
        let highest = 0;
        for (const wanted of counts) {
          const count = new NonceCount();
          const nonce = parseDigest(challenges[0] ?? '')?.nonce ?? '';
          for (let i = 1; i < wanted; i++) count.next(nonce);
          const verdict = server.verify(answer({ challenges, count }), REGISTER, lookup);
          const expected = used.has(wanted) || wanted <= highest - 32 ? 'stale' : 'ok';
          expect(verdict).toBe(expected);
          used.add(wanted);
          highest = Math.max(highest, wanted);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('RFC 7616 §5.5 memory is bounded, and forgetting a nonce does not let its replay pass', async () => {
    server = new DigestServer({ clock, secret: Buffer.alloc(32, 7), random, capacity: 10 });
    const first = answer({});
    expect(server.verify(first, REGISTER, lookup)).toBe('ok');
    for (let i = 0; i < 30; i++) {
      await clock.advance(10);
      expect(server.verify(answer({}), REGISTER, lookup)).toBe('ok');
    }
    expect(server.remembered).toBe(10);
    expect(server.verify(first, REGISTER, lookup)).toBe('stale');
    await clock.advance(400_000);
    expect(server.verify(answer({}), REGISTER, lookup)).toBe('ok');
    expect(server.remembered).toBe(1);
  });

  test('several credentials of one name: each passes and is told apart', () => {
    const phone = { ...stored('anna', 'phone'), kind: 'device' };
    const browser = { ...stored('anna', 'browser'), kind: 'browser' };
    const both = () => [phone, browser];
    expect(server.authenticate(answer({ password: 'browser' }), REGISTER, both)).toMatchObject({
      verdict: 'ok',
      username: 'anna',
      realm: REALM,
      credential: { kind: 'browser' },
    });
    expect(server.verify(answer({ password: 'phone' }), REGISTER, both)).toBe('ok');
    expect(server.verify(answer({ password: 'other' }), REGISTER, both)).toBe('wrong');
  });

  test.each([
    ['another scheme', () => 'Basic YTpi'],
    ['no response', () => answer({}).replace(/response="[^"]*", /, '')],
    ['qop we did not offer', () => answer({}).replace('qop=auth', 'qop=auth-int')],
    ['a count that is no hex', () => answer({}).replace('nc=00000001', 'nc=1')],
    ['qop without cnonce', () => answer({}).replace(/, cnonce="[^"]*"/, '')],
    ['an unknown algorithm', () => answer({}).replace('SHA-256', 'SHA-512-256')],
    ['a parameter twice', () => `${answer({})}, realm="x"`],
    ['an open quote', () => 'Digest username="anna, realm=x'],
    ['nothing', () => ''],
  ])('RFC 3261 §22.4 %s is malformed', (_, header) => {
    expect(server.verify(header(), REGISTER, lookup)).toBe('malformed');
  });

  test('RFC 8760 an algorithm that is switched off is not accepted', () => {
    const strict = new DigestServer({ clock, secret: Buffer.alloc(32, 7), random, algorithms: ['SHA-256'] });
    const md5 = server.challenge(REALM).slice(0, 1);
    expect(strict.challenge(REALM)).toHaveLength(1);
    expect(strict.verify(answer({ challenges: md5 }), REGISTER, lookup)).toBe('malformed');
  });

  test('RFC 8760 a peer that knows one algorithm alone is offered that one, unless it is switched off', () => {
    const strict = new DigestServer({ clock, secret: Buffer.alloc(32, 7), random, algorithms: ['SHA-256'] });
    const offered = (from: DigestServer) =>
      from.challenge(REALM, { only: 'MD5' }).map(text => parseDigest(text)?.algorithm);
    expect([offered(server), offered(strict)]).toEqual([['MD5'], ['SHA-256']]);
  });

  test('RFC 7616 §5 an answer changed at random never passes and never throws', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), (where, junk) => {
        const header = answer({});
        // From `response` on, every character counts, but for the case of hex digits and of names.
        const at = header.indexOf('response="') + 10 + (where % 64);
        const changed = header.slice(0, at) + junk + header.slice(at + junk.length);
        if (changed.toLowerCase() === header.toLowerCase()) return;
        expect(server.verify(changed, REGISTER, lookup)).not.toBe('ok');
        server.verify(header.slice(0, where % header.length) + junk, REGISTER, lookup);
      }),
    );
  });
});

describe('client', () => {
  const ask = (challenges: string[], count = new NonceCount()) =>
    answerChallenge({
      challenges,
      username: 'a"b',
      password: 'p',
      method: 'REGISTER',
      uri: 'sip:x',
      nonceCount: count,
      random,
    });

  test('RFC 8760 §2.4 SHA-256 is taken wherever it stands, MD5 when nothing better is offered', () => {
    const md5 = 'Digest realm="r", nonce="n", qop="auth-int,auth", algorithm=MD5, opaque="o"';
    const sha = 'Digest realm="r", nonce="n2", qop="auth", algorithm=SHA-256';
    expect(parseDigest(ask([md5, sha]) ?? '')?.algorithm).toBe('SHA-256');
    expect(parseDigest(ask(['Digest realm="r", nonce="x", algorithm=NEW', md5]) ?? '')).toMatchObject({
      algorithm: 'MD5',
      opaque: 'o',
      username: 'a"b',
      qop: 'auth',
    });
  });

  test('RFC 7616 §3.4 the count rises with one nonce and starts anew with the next', () => {
    const count = new NonceCount();
    const nc = (nonce: string) =>
      parseDigest(ask([`Digest realm="r", nonce="${nonce}", qop="auth"`], count) ?? '')?.nc;
    expect([nc('a'), nc('a'), nc('b')]).toEqual(['00000001', '00000002', '00000001']);
  });

  test('RFC 2069 without qop and algorithm neither stands in the answer', () => {
    expect(parseDigest(ask(['Digest realm="r", nonce="n"']) ?? '')).toEqual({
      username: 'a"b',
      realm: 'r',
      nonce: 'n',
      uri: 'sip:x',
      response: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test('RFC 3261 §22.2 a challenge that cannot be answered gives nothing', () => {
    expect(
      ask(['Basic realm="x"', 'Digest realm="r", nonce="n", qop="auth-int"', 'Digest realm="r"']),
    ).toBeNull();
  });
});
