import { describe, expect, it } from 'vitest';
import { parseNameAddr } from '../../src/message/address.ts';
import { parseMessage } from '../../src/message/parse.ts';
import type { SipRequest } from '../../src/message/types.ts';
import { formatUri, parseUri } from '../../src/message/uri.ts';
import { parseVia } from '../../src/message/via.ts';
import { parseSdp } from '../../src/sdp/parse.ts';
import { IPV6 } from './ipv6.ts';

function request(name: string): SipRequest {
  const found = IPV6.find(torture => torture.name === name);
  const parsed = parseMessage(Buffer.from(found?.text ?? ''));
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error(`${name} was not understood`);
  return parsed.value;
}

const uriOf = (name: string) => parseUri(request(name).uri);
const viasOf = (name: string) =>
  request(name)
    .headers.all('via')
    .map(via => parseVia(via));

describe('RFC 5118: what the parts of the messages mean', () => {
  it('§4.1 the address stands in brackets and is known without them', () => {
    expect(uriOf('ipv6-good')).toMatchObject({ host: '2001:db8::10', port: undefined });
    const contact = parseNameAddr(request('ipv6-good').headers.get('contact') ?? '');
    expect(contact).toMatchObject({ displayName: 'Caller', uri: { user: 'caller', host: '2001:db8::1' } });
    expect(viasOf('ipv6-good')).toMatchObject([{ host: '2001:db8::9:1', port: undefined }]);
  });

  it('§4.3 within the brackets 5070 belongs to the address, §4.4 behind them it is the port', () => {
    expect(uriOf('port-ambiguous')).toMatchObject({ host: '2001:db8::10:5070', port: undefined });
    expect(uriOf('port-unambiguous')).toMatchObject({ host: '2001:db8::10', port: 5070 });
  });

  it.each(['via-received-param-with-delim', 'via-received-param-no-delim'])('§4.5 %s', name => {
    const received = viasOf(name)[0]?.params.received ?? '';
    expect(received.replace(/[[\]]/g, '')).toBe('2001:db8::9:255');
  });

  it('§4.6, §4.9 IPv6 in SDP', () => {
    expect(parseSdp(request('ipv6-in-sdp').body)).toMatchObject({
      ok: true,
      value: { audio: { address: '2001:db8::20', port: 6000 } },
    });
    expect(parseSdp(request('ipv4-mapped-ipv6').body)).toMatchObject({
      ok: true,
      value: { audio: { address: '::ffff:192.0.2.2', port: 6000 } },
    });
  });

  it('§4.7 each Via is of its own family', () => {
    expect(viasOf('mult-ip-in-header')).toMatchObject([
      { host: '2001:db8::9:1', port: 6050 },
      { host: '192.0.2.1' },
      { host: '2001:db8::9:255', params: { received: '192.0.2.200' } },
    ]);
  });

  it('§4.8 the audio stream is where its own c= line says', () => {
    expect(parseSdp(request('mult-ip-in-sdp').body)).toMatchObject({
      ok: true,
      value: { audio: { address: '192.0.2.1', port: 22334 } },
    });
  });

  it('§4.10 three colons before an IPv4 address are two', () => {
    expect(uriOf('ipv6-bug-abnf-3-colons')).toMatchObject({ host: '2001:db8::192.0.2.1' });
    expect(uriOf('ipv6-correct-abnf-2-colons')).toMatchObject({ host: '2001:db8::192.0.2.1' });
  });

  it.each([
    'sip:[:]',
    'sip:[2001:db8:::10]',
    'sip:[2001:db8::1:::192.0.2.1]',
    'sip:[1:2:3:4:5:6:7:8:9]',
    'sip:[2001:db8::10',
    'sip:2001:db8::10]',
    'sip:[192.0.2.1]',
    'sip:[2001:db8::10]5070',
    'sip:[fe80::1%eth0]',
  ])('%s names no host', text => {
    expect(parseUri(text)).toBeNull();
  });

  it('what is written has its brackets again', () => {
    for (const name of ['ipv6-good', 'port-ambiguous', 'port-unambiguous', 'ipv6-correct-abnf-2-colons']) {
      const uri = uriOf(name);
      expect(uri && formatUri(uri)).toBe(request(name).uri);
    }
  });
});
