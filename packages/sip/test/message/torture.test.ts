import { describe, expect, test } from 'vitest';
import { createResponse, parseNameAddr, parseUri, parseVia } from '../../src/index.ts';
import { accepted, acceptedRequest, options, refused, wire } from './support.ts';

describe('RFC 4475 §3.1.1 valid messages', () => {
  test('RFC 4475 §3.1.1.1 wild white space, folding and mixed case are understood', () => {
    const request = acceptedRequest(
      wire(
        'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
        'TO :',
        ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
        '  ;',
        '  tag = 98asjd8',
        'MaX-fOrWaRdS: 0068',
        'Call-ID: wsinv.ndaksdj@192.0.2.1',
        'Content-Length   : 4',
        'cseq: 0009',
        '  INVITE',
        'Via  : SIP  /   2.0',
        ' /UDP',
        '    192.0.2.2;branch=390skdjuw',
        's :',
        'NewFangledHeader:   newfangled value',
        ' continued newfangled value',
        'UnknownHeaderWithUnusualValue: ;;,,;;,;',
        'Content-Type: application/sdp',
        'Route:',
        ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
        'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
        '  branch  =   z9hG4bK9ikj8  ,',
        ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
        ' z9hG4bK30239',
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
        '      newvalue ;',
        '  secondparam ; q = 0.33',
        '',
        'v=0\n',
      ),
    );
    const { headers } = request;
    expect(headers.get('newfangledheader')).toBe('newfangled value continued newfangled value');
    expect(headers.get('UnknownHeaderWithUnusualValue')).toBe(';;,,;;,;');
    expect(headers.get('subject')).toBe('');
    expect(parseNameAddr(headers.get('to') ?? '')?.params).toEqual({ tag: '1918181833n' });
    expect(parseNameAddr(headers.get('from') ?? '')).toMatchObject({
      displayName: 'J Rosenberg \\"',
      params: { tag: '98asjd8' },
    });
    expect(headers.all('via').map(via => parseVia(via))).toMatchObject([
      { protocol: 'UDP', host: '192.0.2.2', params: { branch: '390skdjuw' } },
      { protocol: 'TCP', host: 'spindle.example.com', params: { branch: 'z9hG4bK9ikj8' } },
      { protocol: 'UDP', host: '192.168.255.111', params: { branch: 'z9hG4bK30239' } },
    ]);
    expect(parseNameAddr(headers.all('contact')[0] ?? '')).toMatchObject({
      displayName: 'Quoted string ""',
      params: { newparam: 'newvalue', secondparam: '', q: '0.33' },
    });
    expect(headers.all('route')).toHaveLength(1);
  });

  test('RFC 4475 §3.1.1.2 the wide range of valid characters is understood', () => {
    const method = "!interesting-Method0123456789_*+`.%indeed'~";
    const uri =
      "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com";
    const request = acceptedRequest(
      options(
        {
          Via: "SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
          To: `"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F" <${uri}>`,
          From: "token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
          'Call-ID': 'intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
          CSeq: `139122385 ${method}`,
        },
        ["extensionHeader-!.%*+_`'~: ﻿大停電"],
        `${method} ${uri} SIP/2.0`,
      ),
    );
    expect(parseUri(request.uri)).toMatchObject({
      user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      host: 'example.com',
    });
    expect(parseNameAddr(request.headers.get('from') ?? '')?.params).toEqual({
      "fromparam''~+*_!.-%": 'работающий',
      tag: "_token~1'+`*%!-.",
    });
  });

  test.each([
    ['§3.1.1.3 escaped user', 'sip:sips%3Auser%40example.com@example.net', 'sips:user@example.com'],
    ['§3.1.1.4 escaped NUL', 'sip:null-%00-null@example.com', 'null-\0-null'],
    [
      '§3.1.1.9 semicolon and @ in the user part',
      'sip:user;par=u%40example.net@example.com',
      'user;par=u@example.net',
    ],
  ])('RFC 4475 %s is understood', (_, uri, user) => {
    expect(parseUri(acceptedRequest(options({}, [], `OPTIONS ${uri} SIP/2.0`)).uri)?.user).toBe(user);
  });

  test('RFC 4475 §3.1.1.5 an escaped letter in a method is part of its name', () => {
    const request = acceptedRequest(
      options({ CSeq: '29344 RE%47IST%45R' }, [], 'RE%47IST%45R sip:registrar.example.com SIP/2.0'),
    );
    expect(request.method).toBe('RE%47IST%45R');
  });

  test('RFC 4475 §3.1.1.6 a display name needs no blank before the bracket', () => {
    const request = acceptedRequest(options({ From: 'caller<sip:caller@example.com>;tag=323' }));
    expect(parseNameAddr(request.headers.get('from') ?? '')?.displayName).toBe('caller');
  });

  test('RFC 4475 §3.1.1.7 long values in header fields are kept', () => {
    const name = 'unknown'.repeat(300);
    const text = options({
      From: `<sip:caller@example.net>;${name}=${name};tag=1`,
      'Call-ID': 'a'.repeat(3000),
    });
    expect(parseNameAddr(acceptedRequest(text).headers.get('from') ?? '')?.params[name]).toBe(name);
  });

  test('RFC 4475 §3.1.1.8 a second request behind Content-Length: 0 is dropped', () => {
    expect(acceptedRequest(options({ 'Content-Length': '0' }) + options()).body).toHaveLength(0);
  });

  test('RFC 4475 §3.1.1.10 unknown transports in Via are no fault', () => {
    const text = options({}, [
      'Via: SIP/2.0/SCTP a.example.com;branch=1',
      'Via: SIP/2.0/UNKNOWN b.example.com;branch=2',
    ]);
    expect(
      acceptedRequest(text)
        .headers.all('v')
        .map(via => parseVia(via)?.protocol),
    ).toEqual(['UDP', 'SCTP', 'UNKNOWN']);
  });

  test('RFC 4475 §3.1.1.11 a body keeps every byte', () => {
    const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const bytes = Buffer.concat([Buffer.from(options({ 'Content-Length': '256' })), body]);
    expect(Uint8Array.from(accepted(bytes).body)).toEqual(body);
  });

  test.each([
    ['§3.1.1.12 a reason in Cyrillic', 'SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое', 200],
    ['§3.1.1.13 an empty reason', 'SIP/2.0 100 ', 100],
  ])('RFC 4475 %s is understood', (_, start, status) => {
    expect(accepted(options({}, [], start))).toMatchObject({
      kind: 'response',
      status,
      reason: start.slice(12),
    });
  });
});

describe('RFC 4475 §3.1.2, §3.3 invalid messages are refused and can be answered', () => {
  const start = (line: string) => options({}, [], line);
  const cases: [title: string, text: string, code: string][] = [
    ['§3.1.2.1 empty parameters in Via', options({ Via: 'SIP/2.0/UDP 192.0.2.15;;,;,,' }), 'header'],
    [
      '§3.1.2.1 empty parameters in Contact',
      options({ Contact: '"Joe" <sip:joe@example.org>;;;;' }),
      'header',
    ],
    ['§3.1.2.2 Content-Length beyond the datagram', options({ 'Content-Length': '9999' }), 'content-length'],
    ['§3.1.2.3 negative Content-Length', options({ 'Content-Length': '-999' }), 'content-length'],
    ['§3.1.2.4 CSeq of 2³¹ and more', options({ CSeq: '36893488147419103232 OPTIONS' }), 'header'],
    ['§3.1.2.4 Max-Forwards above 255', options({ 'Max-Forwards': '300' }), 'header'],
    ['§3.1.2.6 open quote in To', options({ To: '"Mr. J. User <sip:j.user@example.com>' }), 'header'],
    ['§3.1.2.7 Request-URI in angle brackets', start('OPTIONS <sip:user@example.com> SIP/2.0'), 'start-line'],
    ['§3.1.2.8 blank in the Request-URI', start('OPTIONS sip:user@example.com; lr SIP/2.0'), 'start-line'],
    ['§3.1.2.9 two blanks in the start line', start('OPTIONS  sip:user@example.com  SIP/2.0'), 'start-line'],
    [
      '§3.1.2.10 blanks behind the version',
      start('OPTIONS sip:remote-target@example.com SIP/2.0  '),
      'start-line',
    ],
    [
      '§3.1.2.11 header fields in the Request-URI',
      start('OPTIONS sip:u@example.com?Route=%3Csip:a.b%3E SIP/2.0'),
      'start-line',
    ],
    [
      '§3.1.2.13 ? outside angle brackets',
      options({ Contact: 'sip:user@example.com?Route=%3Csip:sip.example.com%3E' }),
      'header',
    ],
    [
      '§3.1.2.14 blanks inside angle brackets',
      options({ To: '"Watson, Thomas" < sip:t.watson@example.org >' }),
      'header',
    ],
    [
      '§3.1.2.15 comma in an unquoted display name',
      options({ From: 'Bell, Alexander <sip:a@example.com>;tag=43' }),
      'header',
    ],
    ['§3.1.2.16 another version', start('OPTIONS sip:t.watson@example.org SIP/7.0'), 'version'],
    ['§3.1.2.17 CSeq of another method', options({ CSeq: '8 INVITE' }), 'header'],
    ['§3.3.8 From twice', options({}, ['F: <sip:other@example.net>;tag=2']), 'header'],
    ['§3.3.9 Content-Length twice', options({ 'Content-Length': '0' }, ['l: 5']), 'content-length'],
    ['§7.3.1 a header line without colon', options({}, ['nonsense']), 'header'],
    ['§25.1 a header name that is no token', options({}, ['bad name: x']), 'header'],
    ['§25.1 a Request-URI that is none', start('OPTIONS user SIP/2.0'), 'start-line'],
    ['§7 no blank line behind the head', options().slice(0, -2), 'header'],
  ];
  test.each(cases)('RFC 4475 %s', (_, text, code) => {
    const fault = refused(text);
    expect(fault.code).toBe(code);
    if (!fault.request) throw new Error('the fault carries no request');
    expect(createResponse(fault.request, 400).headers.get('call-id')).toBe('test.abc@host5.example.com');
  });

  test.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])(
    'RFC 4475 §3.3.1 without %s a request is refused',
    name => {
      expect(refused(options({ [name]: undefined }))).toMatchObject({
        code: 'missing-header',
        detail: `no ${name}`,
      });
    },
  );

  test('RFC 4475 §3.3.10 a request without Max-Forwards passes, as in RFC 2543', () => {
    expect(accepted(options({ 'Max-Forwards': undefined })).kind).toBe('request');
  });

  test('RFC 4475 §3.3.3 an unknown scheme is for the application to refuse', () => {
    expect(
      acceptedRequest(options({}, [], 'OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0')).uri,
    ).toMatch(/^nobody/);
    expect(accepted(options({ To: '<isbn:2983792873>', From: '<http://www.example.com>;tag=3' })).kind).toBe(
      'request',
    );
  });

  test.each([
    [
      '§3.1.2.5 scalar fields too large',
      options({ CSeq: '9292394834772304023312 OPTIONS' }, [], 'SIP/2.0 503 Service Unavailable'),
    ],
    ['§3.1.2.19 a status of ten digits', options({}, [], 'SIP/2.0 4294967301 better not break the receiver')],
    ['§3.1.2.16 a response of another version', options({}, [], 'SIP/7.0 200 OK')],
  ])('RFC 4475 %s: a broken response is dropped', (_, text) => {
    expect(refused(text).request).toBeUndefined();
  });

  test.each([['GET / HTTP/1.1\r\nHost: a\r\n\r\n'], [''], ['\r\n\r\n'], ['\0\0\0\0'], ['hello world']])(
    'RFC 3261 §7 %j is not SIP',
    text => {
      const fault = refused(text);
      expect(fault.code).toBe('not-sip');
      expect(fault.request).toBeUndefined();
    },
  );

  test('a message of five hundred header fields is read, one of more is not read on', () => {
    const more = (count: number) => options({}, Array<string>(count).fill('X: y'));
    expect(accepted(more(494)).kind).toBe('request');
    expect(refused(more(495))).toMatchObject({ code: 'too-long', request: { method: 'OPTIONS' } });
  });

  test('RFC 3261 §18.1.1 a message of more than 65 535 bytes is too long', () => {
    expect(refused(options() + 'x'.repeat(65_535)).code).toBe('too-long');
  });
});
