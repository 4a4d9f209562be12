import type { Config } from '../config/index.ts';
import { ownAddresses } from '../process/own-address.ts';

const ANY = ['0.0.0.0', '::'];

/** Addresses at which this machine is reached. */
const addressesOf = (host: string | null): readonly string[] =>
  host !== null && !ANY.includes(host) ? [bracketed(host)] : ['127.0.0.1', ...ownAddresses()];

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** What a first user has to know: where it listens, who may sign in, how a phone connects, what to dial. */
export function welcome(config: Config): readonly string[] {
  const { httpHost, httpPort, httpsPort, sipHost, sipPort, sipTlsPort, demo } = config;
  const web = addressesOf(httpHost)[0];
  const sip = addressesOf(sipHost);
  const lines = [
    '',
    `  Cabinet    http://${web}:${httpPort}/ or https://${web}:${httpsPort}/`,
    `  API        http://${web}:${httpPort}/api/docs`,
    `  Health     http://${web}:${httpPort}/health`,
    `  Metrics    http://${web}:${httpPort}/metrics`,
    `  SIP        ${sip.map(address => `${address}:${sipPort}`).join(', ')} (UDP and TCP)`,
    `  SIP TLS    ${sip.map(address => `${address}:${sipTlsPort}`).join(', ')}`,
  ];
  return demo === '0' ? [...lines, ''] : [...lines, ...demoLines(config)];
}

/** Demo accounts and numbers of DESIGN §4. */
export function demoLines({ sipHost, sipPort, sipTlsPort, demo, demoTrunk }: Config): readonly string[] {
  const [server = '127.0.0.1', ...others] = addressesOf(sipHost).toReversed();
  const outside = demoTrunk
    ? `goes out to ${demoTrunk.host}:${demoTrunk.port}`
    : 'a simulator answers, says the number, echoes';
  return [
    '',
    'Sign in to the cabinet, password Demo-1234:',
    '  domain demo.kommutator.test    admin (administrator), anna, boris, vera, gleb',
    '  domain filial.kommutator.test  admin (administrator), ivan',
    '  without a domain               super (pool), root (provider)',
    '',
    'Connect a phone (softphone or desk phone):',
    `  server or outbound proxy   ${server}:${sipPort}${others.length > 0 ? ` (on this machine also ${others.at(-1)}:${sipPort})` : ''}, UDP or TCP; TLS on port ${sipTlsPort}`,
    '  domain                     demo.kommutator.test',
    '  login and extension        anna 101, boris 102, vera 103, gleb 104, admin 100',
    '  password                   Demo-1234',
    `  accepted from              ${demo === 'public' ? 'any address' : 'this machine and private networks only'}`,
    '',
    'Dial:',
    '  102            boris',
    '  500            group «Продажи»: anna and boris ring together',
    '  999            echo test',
    `  89991112233    public network: ${outside}`,
    '  *8             pick up a colleague’s ringing call',
    `A call from the public network: INVITE sip:74951230001@${addressesOf(sipHost)[0]}:${sipPort} from this machine (74951230003 rings anna).`,
    '',
  ];
}
