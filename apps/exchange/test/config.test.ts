import { describe, expect, it } from 'vitest';
import { configEnvironment, describeConfig, loadConfig } from '../src/config/index.ts';

const good = (env: Record<string, string> = {}) => {
  const read = loadConfig(env);
  if (!read.ok) throw new Error(read.error.join('; '));
  return read.value;
};
const faults = (env: Record<string, string>) => {
  const read = loadConfig(env);
  return read.ok ? [] : read.error;
};

describe('settings', () => {
  it('have the defaults of the contract when the environment is empty', () => {
    const config = good();
    expect(config.dataDir.endsWith('/data')).toBe(true);
    expect(config).toMatchObject({
      databaseUrl: null,
      httpPort: 8080,
      httpHost: '0.0.0.0',
      sipPort: 5060,
      sipTlsPort: 5061,
      rtpTimeout: 60,
      sessionExpires: 1800,
      rtpPorts: { from: 20_000, to: 29_999 },
      httpsPort: 8443,
      localNets: [],
      logLevel: 'info',
      demo: '1',
      demoTrunk: null,
      roles: ['signalling', 'media', 'office'],
    });
  });

  it('treat an empty variable as absent', () => {
    expect(good({ SIP_PORT: ' ', LOG_LEVEL: '' })).toMatchObject({ sipPort: 5060, logLevel: 'info' });
  });

  it('name every mistake at once, in plain words', () => {
    expect(
      faults({ SIP_PORT: '70000', RTP_PORTS: '30000-20000', LOG_LEVEL: 'loud', TLS_CERT: '/c.pem' }),
    ).toEqual([
      'SIP_PORT must be a whole number from 0 to 65535, not «70000»',
      'RTP_PORTS must hold at least two ports, the smaller one first, not «30000-20000»',
      'LOG_LEVEL must be one of debug, info, warn, error, not «loud»',
      'TLS_CERT and TLS_KEY must be set together',
    ]);
  });

  it.each([
    ['SIP_PORT', '-1'],
    ['SIP_PORT', '5060x'],
    ['RTP_PORTS', '20000'],
    ['RTP_PORTS', '80-90'],
    ['DATABASE_URL', 'mysql://x'],
    ['LOCAL_NETS', '10.0.0.0/33'],
    ['SIP_EDGES', 'edge.example'],
    ['DEMO', 'yes'],
    ['DEMO_TRUNK', 'localhost'],
    ['ROLES', 'signalling,kitchen'],
  ])('refuse %s=%s', (name, value) => {
    expect(faults({ [name]: value })).toHaveLength(1);
  });

  it('never repeat a secret in a complaint or in the list', () => {
    const env = { DATABASE_URL: 'mysql://u:geheim@h/d', SMTP_URL: 'smtp://u:geheim@h' };
    expect(faults(env).join()).not.toContain('geheim');
    expect(JSON.stringify(describeConfig(env))).not.toContain('geheim');
  });

  it('read lists, ranges and addresses', () => {
    expect(
      good({
        LOCAL_NETS: '10.0.0.0/8, fd00::/8',
        DEMO_TRUNK: '[::1]:5070',
        ROLES: 'media',
        RTP_PORTS: '40000-40001',
      }),
    ).toMatchObject({
      localNets: ['10.0.0.0/8', 'fd00::/8'],
      demoTrunk: { host: '::1', port: 5070 },
      roles: ['media'],
      rtpPorts: { from: 40_000, to: 40_001 },
    });
  });

  it('come out the same in a child process', () => {
    const env = { DATA_DIR: 'somewhere', SIP_PORT: '5080' };
    const config = good(env);
    expect(good(configEnvironment(env, config))).toEqual(config);
  });
});
