import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SecretBox, VirtualClock } from '@kommutator/base';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Postman, smtp } from '../src/index.ts';

const MINUTE = 60_000;
const box = new SecretBox([randomBytes(32)]);
const text = { subject: 'Восстановление пароля', text: 'Ссылка: https://x/y\n', html: '<p>Ссылка</p>' };

/** A real mail server on a port of this machine, whose moods the test sets. */
class MailServer {
  readonly letters: ParsedMail[] = [];
  refuse: { readonly code: number; readonly text: string } | null = null;
  readonly #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => {
      const { refuse } = this;
      done(refuse ? Object.assign(new Error(refuse.text), { responseCode: refuse.code }) : null);
    },
    onData: (stream, _session, done) => {
      simpleParser(stream).then(
        letter => {
          this.letters.push(letter);
          done();
        },
        error => done(error),
      );
    },
  });

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server.server, 'listening');
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise(resolve => this.#server.close(() => resolve()));
  }
}

interface Row {
  id: string;
  recipient: string;
  content: string;
  attempts: number;
  nextAt: number;
  state: 'waiting' | 'sent' | 'failed';
  failure: string | null;
}

/** The queue in memory; the database's own is tested with the API. */
function queueOf(recipient: string): { row: Row; queue: ConstructorParameters<typeof Postman>[0]['queue'] } {
  const row: Row = {
    id: 'one',
    recipient,
    content: box.seal(JSON.stringify(text)),
    attempts: 0,
    nextAt: 0,
    state: 'waiting',
    failure: null,
  };
  return {
    row,
    queue: {
      dueLetters: async now => (row.state === 'waiting' && row.nextAt <= now ? [row] : []),
      letterTried: async (_id, { failure, nextAt }) => {
        row.attempts++;
        row.failure = failure;
        if (nextAt !== undefined) row.nextAt = nextAt;
        else row.state = failure === null ? 'sent' : 'failed';
      },
    },
  };
}

describe('ACC-6 letters', () => {
  let server: MailServer;
  let mail: ReturnType<typeof smtp>;
  let clock: VirtualClock;
  const log = { warn() {}, error() {} };

  beforeEach(async () => {
    server = new MailServer();
    mail = smtp(await server.listen(), 'Коммутатор <noreply@example.test>');
    clock = new VirtualClock();
  });
  afterEach(async () => {
    mail.close();
    await server.close();
  });

  it('ACC-6 a letter arrives as it was written, in Russian too', async () => {
    const { row, queue } = queueOf('anna@example.test');
    expect(await new Postman({ queue, box, clock, log, send: mail.send }).round()).toBe(1);
    const [letter] = server.letters;
    expect(letter?.subject).toBe('Восстановление пароля');
    expect(letter?.text?.trim()).toBe('Ссылка: https://x/y');
    expect(letter?.from?.value).toEqual([{ name: 'Коммутатор', address: 'noreply@example.test' }]);
    expect([letter?.to].flat()[0]?.value).toEqual([{ name: '', address: 'anna@example.test' }]);
    expect([row.state, row.failure]).toEqual(['sent', null]);
  });

  it('ACC-6 a server that says "not now" is asked again after 1, 5, 15 and 60 minutes, then the letter has failed', async () => {
    server.refuse = { code: 451, text: 'try later' };
    const { row, queue } = queueOf('anna@example.test');
    const postman = new Postman({ queue, box, clock, log, send: mail.send });
    const begun = clock.wall();
    const tried: number[] = [];
    for (
      let last = -1;
      row.state === 'waiting';
      await clock.advance(Math.max(0, row.nextAt - clock.wall()))
    ) {
      await postman.round();
      if (row.attempts === last) throw new Error('not tried when due');
      last = row.attempts;
      tried.push((clock.wall() - begun) / MINUTE);
    }
    expect(tried).toEqual([0, 1, 6, 21, 81]);
    expect([row.state, row.attempts]).toEqual(['failed', 5]);
    expect(row.failure).toContain('try later');
  });

  it('ACC-6 a server that is back takes the letter at the next attempt', async () => {
    server.refuse = { code: 451, text: 'try later' };
    const { row, queue } = queueOf('anna@example.test');
    const postman = new Postman({ queue, box, clock, log, send: mail.send });
    await postman.round();
    server.refuse = null;
    expect(await postman.round()).toBe(0);
    await clock.advance(MINUTE);
    expect(await postman.round()).toBe(1);
    expect([row.state, server.letters.length]).toEqual(['sent', 1]);
  });

  it('RFC 5321 §4.2.1 5yz is final', async () => {
    server.refuse = { code: 550, text: 'no such mailbox' };
    const { row, queue } = queueOf('nobody@example.test');
    await new Postman({ queue, box, clock, log, send: mail.send }).round();
    expect([row.state, row.attempts]).toEqual(['failed', 1]);
    expect(row.failure).toContain('no such mailbox');
  });

  it('an address of several lines or recipients stays one recipient', async () => {
    const { queue } = queueOf('anna@example.test>\r\nRCPT TO:<eve@example.test');
    await new Postman({ queue, box, clock, log, send: mail.send }).round();
    expect(
      server.letters.flatMap(letter => [letter.to].flat().flatMap(to => to?.value ?? [])),
    ).not.toContainEqual(expect.objectContaining({ address: 'eve@example.test' }));
  });

  it('without a mail server a letter fails at once and says why', async () => {
    const { row, queue } = queueOf('anna@example.test');
    await new Postman({ queue, box, clock, log, send: null }).round();
    expect([row.state, row.failure]).toEqual(['failed', 'there is no mail server: set SMTP_URL']);
  });

  it('goes its rounds until it is told to stop', async () => {
    const { row, queue } = queueOf('anna@example.test');
    row.nextAt = clock.wall() + 3_000;
    const sent: string[] = [];
    const stop = new AbortController();
    const running = new Postman({
      queue,
      box,
      clock,
      log,
      send: async ({ to }) => void sent.push(to),
    }).run(stop.signal);
    await clock.advance(2_000);
    expect(sent).toEqual([]);
    await clock.advance(2_000);
    expect(sent).toEqual(['anna@example.test']);
    stop.abort();
    await running;
    expect(clock.pending).toBe(0);
  });
});
