import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connect } from 'node:tls';
import { VirtualClock } from '@kommutator/base';
import { openSockets } from '@kommutator/sip';
import { afterEach, describe, expect, it } from 'vitest';
import { type Config, loadConfig } from '../src/config/index.ts';
import { withTls } from '../src/signalling/secure-sockets.ts';
import { CertificateFiles, expiryOf } from '../src/tls/certificate-files.ts';
import { certificatePaths } from '../src/tls/paths.ts';
import { makeSelfSigned } from '../src/tls/self-signed.ts';
import { folder, keptLog } from './support.ts';

const pem = (name: string): string =>
  new URL(`../../../packages/sip/test/support/tls/${name}.pem`, import.meta.url).pathname;

/** A folder with the certificate of a test. */
function files(name: 'one' | 'two', at = folder()) {
  const paths = { cert: join(at, 'c.pem'), key: join(at, 'k.pem') };
  copyFileSync(pem(`${name}.cert`), paths.cert);
  copyFileSync(pem(`${name}.key`), paths.key);
  return { at, paths };
}

const DAY = 24 * 3_600_000;
const until = expiryOf(await readFile(pem('one.cert'), 'utf8'));
const subjectOf = (cert: string) => new X509Certificate(cert).subject;
const closing: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close();
});

async function opened(name: 'one' | 'two', wall = until - 100 * DAY) {
  const { at, paths } = files(name);
  const [log, clock] = [keptLog(), new VirtualClock(wall)];
  const source = await CertificateFiles.open({ paths, clock, log });
  closing.push(source);
  let changes = 0;
  source.changed = () => void changes++;
  return { at, paths, log, clock, source, changes: () => changes };
}

describe('the certificate of TLS_CERT and TLS_KEY', () => {
  it('DESIGN §4 a new pair is taken without restart', async () => {
    const { at, source, changes, log } = await opened('one');
    await source.look();
    expect(changes()).toBe(0);
    files('two', at);
    await source.look();
    expect(changes()).toBe(1);
    expect(subjectOf(source.current.cert)).toBe('CN=two.test');
    expect(log.lines).toEqual(['info new TLS certificate']);
  });

  it('half of a new pair is no pair: the old one stays, and the log says so once', async () => {
    const { at, paths, source, changes, log } = await opened('one');
    copyFileSync(pem('two.cert'), paths.cert);
    await source.look();
    await source.look();
    expect(changes()).toBe(0);
    expect(subjectOf(source.current.cert)).toBe('CN=one.test');
    expect(log.lines).toHaveLength(1);
    files('two', at);
    await source.look();
    expect(changes()).toBe(1);
  });

  it('a file that is gone changes nothing', async () => {
    const { paths, source, changes } = await opened('one');
    rmSync(paths.key);
    await source.look();
    expect(changes()).toBe(0);
  });

  it('DESIGN §7 warns once two weeks before it ends', async () => {
    expect((await opened('one', until - 15 * DAY)).log.lines).toEqual([]);
    const late = await opened('one', until - 13 * DAY);
    await late.source.look();
    expect(late.log.lines).toEqual([expect.stringContaining('renew it')]);
  });
});

describe('the certificate of our own', () => {
  it('DESIGN §4 is good for every name and address given and for this machine; its key is for us alone', async () => {
    const at = join(folder(), 'tls');
    const paths = { cert: join(at, 'cert.pem'), key: join(at, 'key.pem') };
    await makeSelfSigned(paths, ['pbx.example.com', '192.0.2.7']);
    const made = new X509Certificate(await readFile(paths.cert, 'utf8'));
    expect(made.checkHost('pbx.example.com')).toBe('pbx.example.com');
    for (const address of ['192.0.2.7', '127.0.0.1', '::1']) expect(made.checkIP(address)).toBe(address);
    expect(statSync(paths.key).mode & 0o077).toBe(0);
    const source = await CertificateFiles.open({ paths, clock: new VirtualClock(), log: keptLog() });
    source.close();
  });

  it('two processes that start together get one pair', async () => {
    const at = join(folder(), 'tls');
    const paths = { cert: join(at, 'cert.pem'), key: join(at, 'key.pem') };
    await Promise.all([makeSelfSigned(paths, ['one']), makeSelfSigned(paths, ['two'])]);
    const source = await CertificateFiles.open({ paths, clock: new VirtualClock(), log: keptLog() });
    source.close();
    expect(readdirSync(dirname(at))).toEqual(['tls']);
  });
});

describe('SIP over TLS beside UDP and TCP', () => {
  async function sockets(env: Record<string, string>) {
    const read = loadConfig({ DATA_DIR: folder(), SIP_TLS_PORT: '0', ...env });
    if (!read.ok) throw new Error(read.error.join());
    const config: Config = read.value;
    const [log, clock] = [keptLog(), new VirtualClock(Date.parse('2026-11-01'))];
    const plain = await openSockets({ udp: { host: '127.0.0.1', port: 0 }, log: () => {}, clock });
    const common = {
      sipLog: () => {},
      host: '127.0.0.1',
      advertised: '127.0.0.1',
      accepts: () => true,
    };
    const transport = await withTls(plain, { config, log, clock, ...common });
    closing.push(transport);
    return { config, log, clock, transport, protocols: transport.listening.map(one => one.protocol) };
  }

  it('makes its certificate at the first start and keeps it', async () => {
    const first = await sockets({});
    expect(first.protocols).toEqual(['udp', 'tls']);
    const { cert } = certificatePaths(first.config);
    const made = await readFile(cert, 'utf8');
    const again = await sockets({ DATA_DIR: first.config.dataDir });
    expect(await readFile(cert, 'utf8')).toBe(made);
    expect(again.log.lines).toEqual([]);
  });

  it('shows the certificate of TLS_CERT, and another one when the files have changed', async () => {
    const { at, paths } = files('one');
    const { transport, clock } = await sockets({ TLS_CERT: paths.cert, TLS_KEY: paths.key });
    const port = transport.listening.find(one => one.protocol === 'tls')?.port ?? 0;
    const shown = async () => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return CN;
    };
    expect(await shown()).toBe('one.test');
    files('two', at);
    await clock.advance(30_000);
    await expect.poll(shown).toBe('two.test');
  });

  it('a certificate that cannot be used switches TLS off, and nothing else', async () => {
    const cert = join(folder(), 'broken.pem');
    writeFileSync(cert, 'no certificate');
    const { protocols, log } = await sockets({ TLS_CERT: cert, TLS_KEY: cert });
    expect(protocols).toEqual(['udp']);
    expect(log.lines).toEqual(['error no SIP over TLS']);
  });
});
