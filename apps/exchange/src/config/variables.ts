import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ok } from '@kommutator/base';
import { ban, rates } from './rates.ts';
import { hostPort, list, oneOf, port, portRange, text, url, type Variable, whole } from './variable.ts';

const address = (item: string) => isIP(item) !== 0;
const network = (item: string) => {
  const [base = '', bits, ...rest] = item.split('/');
  const most = isIP(base) === 6 ? 128 : 32;
  return isIP(base) !== 0 && rest.length === 0 && (bits === undefined || whole(0, most)(bits).ok);
};
const ROLES = ['signalling', 'media', 'office'] as const;
export type Role = (typeof ROLES)[number];

const UNKNOWN =
  'register=50/1000,invite=20/200,options=20/200,subscribe=50/1000,other=100/1000,response=200/2000,connection=20/600';
const KNOWN =
  'register=200/5000,invite=100/1000,options=200/2000,subscribe=200/5000,other=1000/10000,response=2000/20000,connection=100/2000';
const STRANGERS =
  'register=500/1000,invite=100/500,options=100/500,subscribe=100/500,other=300/1000,response=1000/3000,connection=100/600';

const variable = <T>(v: Variable<T>): Variable<T> => v;

/** Every variable the product reads (DESIGN §4), by its name in {@link Config}. Nothing else reads the environment. */
export const VARIABLES = {
  dataDir: variable({
    name: 'DATA_DIR',
    fallback: './data',
    meaning: 'Folder of the embedded database, journals, recordings, keys and warm-start files',
    read: value => ok(resolve(value)),
  }),
  databaseUrl: variable({
    name: 'DATABASE_URL',
    fallback: '',
    secret: true,
    meaning: 'PostgreSQL 15 or newer to use; without it an embedded one runs under DATA_DIR',
    read: url('postgres', 'postgresql'),
  }),
  httpPort: variable({
    name: 'HTTP_PORT',
    fallback: '8080',
    meaning: 'TCP port of HTTP: health, metrics, cabinet, API',
    read: port,
  }),
  httpHost: variable({
    name: 'HTTP_HOST',
    fallback: '0.0.0.0',
    meaning: 'Address HTTP listens on',
    read: text,
  }),
  sipPort: variable({
    name: 'SIP_PORT',
    fallback: '5060',
    meaning: 'UDP and TCP port of SIP',
    read: port,
  }),
  sipTlsPort: variable({
    name: 'SIP_TLS_PORT',
    fallback: '5061',
    meaning: 'TCP port of SIP over TLS',
    read: port,
  }),
  rtpTimeout: variable({
    name: 'RTP_TIMEOUT',
    fallback: '60',
    meaning:
      'Seconds without RTP and RTCP after which a talking phone is asked whether it is still there; 0 = never',
    read: whole(0, 3_600),
  }),
  sessionExpires: variable({
    name: 'SESSION_EXPIRES',
    fallback: '1800',
    meaning:
      'Seconds after which a call whose far end proves no life is ended, where the far end takes part (RFC 4028)',
    read: whole(90, 86_400),
  }),
  sipHost: variable({
    name: 'SIP_HOST',
    fallback: '0.0.0.0',
    meaning: 'Address SIP and RTP listen on',
    read: text,
  }),
  publicHost: variable({
    name: 'PUBLIC_HOST',
    fallback: '',
    meaning: 'Name or address phones outside the local networks reach us at; goes into Via, Contact and SDP',
    read: text,
  }),
  publicUrl: variable({
    name: 'PUBLIC_URL',
    fallback: '',
    meaning: 'Address of the cabinet as it stands in letters; without it PUBLIC_HOST and HTTPS_PORT',
    read: url('http', 'https'),
  }),
  rtpPorts: variable({
    name: 'RTP_PORTS',
    fallback: '20000-29999',
    meaning: 'UDP ports of voice, first-last',
    read: portRange,
  }),
  httpsPort: variable({
    name: 'HTTPS_PORT',
    fallback: '8443',
    meaning: 'TCP port of HTTPS',
    read: port,
  }),
  tlsCert: variable({
    name: 'TLS_CERT',
    fallback: '',
    meaning: 'File with the certificate chain (PEM); without it a self-signed one',
    read: text,
  }),
  tlsKey: variable({
    name: 'TLS_KEY',
    fallback: '',
    meaning: 'File with the key of TLS_CERT (PEM)',
    read: text,
  }),
  localNets: variable({
    name: 'LOCAL_NETS',
    fallback: '',
    meaning:
      'Networks that reach us directly and get the local address in SDP, e.g. 192.168.0.0/16,10.0.0.0/8',
    read: list('an address or a network such as 10.0.0.0/8', network),
  }),
  sipEdges: variable({
    name: 'SIP_EDGES',
    fallback: '',
    meaning:
      'Addresses of our own SIP edge proxies: not limited, and believed who sent a request (X-Kommutator-Source)',
    read: list('an IP address', address),
  }),
  sipLimits: variable({
    name: 'SIP_LIMITS',
    fallback: UNKNOWN,
    meaning:
      'SIP messages read from one address no user has proved himself from within the hour, kind=a second/at once; off = all. An office of 500 phones after a power cut fits',
    read: rates(UNKNOWN),
  }),
  sipLimitsKnown: variable({
    name: 'SIP_LIMITS_KNOWN',
    fallback: KNOWN,
    meaning: 'The same from one address with registered phones. Trunks and SIP_EDGES have no limits',
    read: rates(KNOWN),
  }),
  sipLimitsStrangers: variable({
    name: 'SIP_LIMITS_STRANGERS',
    fallback: STRANGERS,
    meaning: 'The same from all unknown addresses together: forged sources are as many as one likes',
    read: rates(STRANGERS),
  }),
  sipBan: variable({
    name: 'SIP_BAN',
    fallback: '30/10/60',
    meaning:
      'Wrong passwords from one unknown address that ban it, within minutes, for minutes; off = never. See kommutator bans',
    read: ban,
  }),
  natsUrl: variable({
    name: 'NATS_URL',
    fallback: '',
    secret: true,
    meaning: 'Bus between machines; not needed on one machine',
    read: url('nats', 'tls'),
  }),
  logLevel: variable({
    name: 'LOG_LEVEL',
    fallback: 'info',
    meaning: 'debug, info, warn or error',
    read: oneOf('debug', 'info', 'warn', 'error'),
  }),
  demo: variable({
    name: 'DEMO',
    fallback: '1',
    meaning: '1 = demo data into an empty database, 0 = none, public = demo accounts from any address',
    read: oneOf('1', '0', 'public'),
  }),
  demoTrunk: variable({
    name: 'DEMO_TRUNK',
    fallback: '',
    meaning: 'host:port outgoing demo calls are sent to (UDP); without it a built-in simulator answers',
    read: hostPort,
  }),
  smtpUrl: variable({
    name: 'SMTP_URL',
    fallback: '',
    secret: true,
    meaning: 'Mail server for letters, smtp://user:password@host:port',
    read: url('smtp', 'smtps'),
  }),
  mailFrom: variable({
    name: 'MAIL_FROM',
    fallback: 'Коммутатор <noreply@localhost>',
    meaning: 'Sender of letters, Name <address>',
    read: text,
  }),
  modelsDir: variable({
    name: 'MODELS_DIR',
    fallback: '',
    meaning: 'Folder with speech models',
    read: text,
  }),
  roles: variable({
    name: 'ROLES',
    fallback: 'all',
    meaning: 'Processes that run here: all, or some of signalling,media,office',
    read: value =>
      value === 'all'
        ? ok(ROLES as readonly string[])
        : list('a role: all, signalling, media, office', item => ROLES.some(role => role === item))(value),
  }),
  masterKey: variable({
    name: 'MASTER_KEY',
    fallback: '',
    secret: true,
    meaning: '32 bytes in base64 that secrets are encrypted with; without it a file under DATA_DIR',
    read: text,
  }),
  syntheticCallSeconds: variable({
    name: 'SYNTHETIC_CALL_SECONDS',
    fallback: '60',
    meaning: 'Seconds between two test calls the exchange places to its own echo test; 0 = none',
    read: whole(0, 86_400),
  }),
  hepServer: variable({
    name: 'HEP_SERVER',
    fallback: '',
    meaning:
      'host:port a copy of every SIP message goes to (Homer, HEP version 3 over UDP), secrets left out',
    read: hostPort,
  }),
  hepAgent: variable({
    name: 'HEP_AGENT',
    fallback: '2026',
    meaning: 'Number of this exchange among those that send to HEP_SERVER',
    read: whole(1, 4_294_967_295),
  }),
  ntpServer: variable({
    name: 'NTP_SERVER',
    fallback: '',
    meaning: 'Host `kommutator doctor` and the metrics compare the clock with (NTP)',
    read: text,
  }),
  traceMb: variable({
    name: 'TRACE_MB',
    fallback: '2048',
    meaning: 'Disk space of the ring of SIP traces in megabytes; 0 = no traces',
    read: whole(0, 1_000_000),
  }),
} as const;
