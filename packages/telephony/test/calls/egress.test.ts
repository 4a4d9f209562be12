import type { Dialog, HeaderList } from '@kommutator/sip';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfigInput, VirtualExchange, virtualExchange } from '../../src/testing/index.ts';
import { dials, phonesOf } from './support.ts';

const US = '10.0.0.1';
const CARRIER = '10.9.0.1';
/** Somebody else's number, and a host that is none of ours. */
const STOLEN = '74997777777';
const EVIL = 'evil.example';
const MOBILE = '79160000001';
const OFFICE: ConfigInput = {
  defaultOutgoingNumber: '74951230001',
  users: {
    anna: { extension: '101', name: 'Анна' },
    boris: { extension: '102', name: 'Борис', forwarding: [{ type: 'mobile', target: MOBILE }] },
  },
  numbers: { '74951230001': [{ to: { user: 'anna' } }], '74951230002': [{ to: { user: 'boris' } }] },
};

/** What has left the exchange, but for its pings of the trunk. */
const sent = (x: VirtualExchange, method = '') =>
  x.network.log.filter(
    ({ from, line }) => from.address === US && line.startsWith(method) && !line.startsWith('OPTIONS'),
  );

const stolen = `"Bank" <sip:${STOLEN}@${EVIL}>`;

describe('ACC-15.5 only a domain’s own numbers leave a trunk, whatever a phone writes', () => {
  it.each([
    ['P-Asserted-Identity', stolen],
    ['P-Preferred-Identity', stolen],
    ['Remote-Party-ID', `${stolen};party=calling;screen=yes;privacy=off`],
    ['Diversion', `${stolen};reason=unconditional;counter=1`],
    ['History-Info', `<sip:${STOLEN}@${EVIL}>;index=1, <sip:1@${EVIL}>;index=1.1`],
    ['Referred-By', stolen],
    ['Reply-To', stolen],
    ['Call-Info', `<http://${EVIL}/${STOLEN}>;purpose=info`],
    ['Alert-Info', `<http://${EVIL}/${STOLEN}.wav>`],
    ['Subject', STOLEN],
    ['Organization', EVIL],
    ['Identity', STOLEN],
    ['User-to-User', STOLEN],
    ['X-Caller', STOLEN],
    ['Route', `<sip:${STOLEN}@${EVIL};lr>`],
    ['Record-Route', `<sip:${EVIL};lr>`],
    ['P-Charging-Vector', `icid-value=${STOLEN};orig-ioi=${EVIL}`],
  ])('%s', async (name, value) => {
    const x = virtualExchange(OFFICE);
    const [anna] = await phonesOf(x, 'anna');
    await anna.calls('89151112233', { from: STOLEN, headers: [[name, value]] as HeaderList });
    await x.settles();
    const invites = sent(x, 'INVITE');
    expect(invites.map(({ to }) => to.address)).toEqual([CARRIER]);
    const text = invites[0]?.text ?? '';
    expect(text).toContain('74951230001');
    expect(text).not.toContain(STOLEN);
    expect(text).not.toContain(EVIL);
    anna.hangsUp();
    await x.expectNothingLeft();
  });

  it('all of them at once, with a number of another company of ours', async () => {
    const other = { name: 'other.test', users: {}, numbers: { [STOLEN]: [] } };
    const x = new VirtualExchange({ domains: [OFFICE, other] });
    const [anna] = await phonesOf(x, 'anna');
    const names = ['P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID', 'Diversion'];
    await anna.calls('89151112233', { from: STOLEN, headers: names.map(name => [name, stolen] as const) });
    await x.settles();
    expect(sent(x, 'INVITE').map(({ text }) => text.includes(STOLEN))).toEqual([false]);
    anna.hangsUp();
    await x.expectNothingLeft();
  });

  it('a caller of the public network who is forwarded leaves under the company’s number, his Diversion does not', async () => {
    const x = virtualExchange(OFFICE);
    const call = await x.pstn.calls('74951230002', {
      from: '79990001122',
      headers: [['Diversion', `${stolen};reason=unconditional`]],
    });
    await x.settles();
    const [text = ''] = sent(x, 'INVITE').map(message => message.text);
    expect(text).toContain('From: <sip:74951230001@');
    expect(text).not.toContain(STOLEN);
    expect(text).not.toContain('79990001122');
    call.hangsUp();
    await x.expectNothingLeft();
  });
});

describe('no open relay', () => {
  const raw = (x: VirtualExchange, address: string) => {
    const transport = x.network.transport({ address, port: 5099 });
    const heard: number[] = [];
    transport.receive = bytes => heard.push(Number(Buffer.from(bytes).toString('latin1', 8, 11)));
    return async (method: string, uri: string, more: readonly string[]) => {
      const lines = [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/UDP ${address}:5099;branch=z9hG4bK${heard.length}${method}`,
        `From: <sip:1@${EVIL}>;tag=1`,
        `To: <${uri}>`,
        `Call-ID: relay-${heard.length}`,
        `CSeq: 1 ${method}`,
        ...more,
        'Content-Length: 0',
        '',
        '',
      ];
      transport.send(Buffer.from(lines.join('\r\n')), { protocol: 'udp', address: US, port: 5060 });
      await x.settles();
      return heard;
    };
  };

  it.each([
    ['a foreign Request-URI', `sip:${MOBILE}@198.51.100.66`, []],
    ['a foreign name', `sip:${MOBILE}@${EVIL}`, []],
    ['Route', `sip:${MOBILE}@${US}`, ['Route: <sip:198.51.100.66;lr>']],
    [
      'Route of ours, then a foreign one',
      `sip:${MOBILE}@${US}`,
      [`Route: <sip:${US};lr>, <sip:198.51.100.66;lr>`],
    ],
    ['maddr', `sip:${MOBILE}@${US};maddr=198.51.100.66`, []],
    ['Refer-To', `sip:${US}`, [`Refer-To: <sip:${MOBILE}@198.51.100.66>`]],
    ['Replaces', `sip:${US}`, ['Replaces: x;from-tag=1;to-tag=2']],
    [
      'a Via that names another',
      `sip:${US}`,
      ['Via: SIP/2.0/UDP 198.51.100.66;branch=z9hG4bKv;received=198.51.100.66'],
    ],
  ])('a stranger’s %s leads nowhere', async (_, uri, more) => {
    const x = virtualExchange(OFFICE);
    const says = raw(x, '203.0.113.9');
    for (const method of ['INVITE', 'REFER', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'OPTIONS', 'BYE'])
      await says(method, uri, more);
    expect(new Set(sent(x).map(({ to }) => to.address))).toEqual(new Set(['203.0.113.9']));
    expect(sent(x, 'INVITE')).toEqual([]);
    await x.expectNothingLeft();
  });

  it('a user’s REFER to a foreign host makes no call', async () => {
    const x = virtualExchange(OFFICE);
    const [anna] = await phonesOf(x, 'anna');
    const call = await x.pstn.calls('74951230001', { from: '79990001122' });
    await x.settles();
    anna.answers();
    await x.settles();
    const before = sent(x, 'INVITE').length;
    const { dialog } = anna.call as unknown as { readonly dialog: Dialog };
    for (const target of [`sip:${MOBILE}@198.51.100.66`, 'sip:root@127.0.0.1;transport=tcp']) {
      const answer = await dialog.request('REFER', { headers: [['Refer-To', `<${target}>`]] });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect(sent(x, 'INVITE')).toHaveLength(before);
    call.hangsUp();
    await x.expectNothingLeft();
  });
});

/** Whatever could end a line, a quoted string, a bracket or a message, in pieces that combine. */
const NASTY = fc
  .array(
    fc.constantFrom(
      '\r\n',
      '\r',
      '\n',
      '\0',
      '\t',
      ' ',
      '%0d%0a',
      '%00',
      '\\',
      '"',
      '\\"',
      '<',
      '>',
      ';',
      ',',
      ':',
      '@',
      '?',
      '\u0085',
      '\u2028',
      '\ud800',
      'č',
      'X-Injected: 1',
      'SIP/2.0 200 OK',
      '\r\n\r\nINVITE',
      'a',
      '7',
      '🙂',
    ),
    { maxLength: 12 },
  )
  .map(parts => parts.join(''));

/** Every header field the exchange ever writes. */
const OURS =
  /^(?:Via|Max-Forwards|Max-Breadth|From|To|Call-ID|CSeq|Contact|User-Agent|Server|Allow|Supported|Require|Content-Type|Content-Length|Session-Expires|Min-SE|P-Asserted-Identity|Privacy|Diversion|History-Info|Reason|Retry-After|Record-Route|Route|RSeq|RAck|Accept|Warning|Unsupported|WWW-Authenticate|Proxy-Authenticate|Expires|Date|Timestamp|Proxy-Authorization|Authorization): [^\r\n\0]*$/;
const START = /^(?:[A-Z]+ [^\s]+ SIP\/2\.0|SIP\/2\.0 \d{3} [^\r\n\0]*)$/;

function expectWhole(x: VirtualExchange): void {
  for (const { text } of sent(x)) {
    const head = text.slice(0, text.indexOf('\r\n\r\n'));
    const [start = '', ...fields] = head.split('\r\n');
    expect(start).toMatch(START);
    for (const field of fields) expect(field).toMatch(OURS);
  }
}

describe('header injection is impossible by construction', () => {
  it('whatever a carrier writes into names and numbers, no line on any leg is his', async () => {
    await fc.assert(
      fc.asyncProperty(NASTY, NASTY, NASTY, async (name, user, reason) => {
        const x = virtualExchange(OFFICE);
        const [anna] = await phonesOf(x, 'anna');
        const transport = x.network.transport({ address: CARRIER, port: 5070 });
        const number = '74951230001';
        for (const called of [number, '74951230002']) {
          const lines = [
            `INVITE sip:${called}@${US} SIP/2.0`,
            `Via: SIP/2.0/UDP ${CARRIER}:5070;branch=z9hG4bK${called}`,
            `From: "${name}" <sip:79990001122@${CARRIER}>;tag=1`,
            `To: <sip:${called}@${US}>`,
            `P-Asserted-Identity: "${name}" <sip:${encodeURIComponent(user.toWellFormed())}@${CARRIER}>`,
            `Diversion: <sip:7499@${CARRIER}>;reason="${reason}"`,
            `Call-ID: ${called}`,
            'CSeq: 1 INVITE',
            `Contact: <sip:${CARRIER}:5070>`,
            'Content-Length: 0',
            '',
            '',
          ];
          transport.send(Buffer.from(lines.join('\r\n')), { protocol: 'udp', address: US, port: 5060 });
          await x.settles();
        }
        if (anna.history.length > 0) anna.refuses(486, [['Reason', `Q.850;cause=17;text="${reason}"`]]);
        await x.settles();
        expectWhole(x);
      }),
      { numRuns: 60 },
    );
  });

  it('whatever a phone dials, is called, and answers', async () => {
    await fc.assert(
      fc.asyncProperty(NASTY, NASTY, async (dialled, said) => {
        const x = virtualExchange(OFFICE);
        const vera = x.phone('anna', { displayName: said.toWellFormed() });
        const boris = x.phone('boris');
        await vera.registers();
        await boris.registers();
        const call = await dials(x, vera, dialled.toWellFormed());
        await x.settles();
        if (!call.end) vera.hangsUp();
        await dials(x, vera, '102');
        if (boris.history.length > 0) boris.refuses(302, [['Contact', `"${said}" <sip:${MOBILE}@${US}>`]]);
        await x.settles();
        expectWhole(x);
      }),
      { numRuns: 40 },
    );
  });
});
