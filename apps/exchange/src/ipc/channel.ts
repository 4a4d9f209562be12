import { type Clock, err, type Ms, ok, type Result, Settled, type Timer } from '@kommutator/base';
import { type Hello, IPC_VERSION, type Line, type Message, type Vocabulary } from './messages.ts';

/** Why a request has no answer: connection lost, queue full, too late, or the other side could not. */
export type RequestFault = 'gone' | 'full' | 'late' | 'failed';

/** What is done with what the other side sends. A name that is not here is ignored (a newer peer may say more). */
export interface Handlers<Theirs extends Vocabulary> {
  readonly events?: { readonly [K in keyof Theirs['events']]?: (payload: Theirs['events'][K]) => void };
  readonly requests?: {
    readonly [K in keyof Theirs['requests']]?: (
      ask: Theirs['requests'][K]['ask'],
    ) => Promise<Theirs['requests'][K]['answer']> | Theirs['requests'][K]['answer'];
  };
  /** The connection is over; called once. */
  readonly closed?: (why: string) => void;
}

export interface ChannelOptions<Theirs extends Vocabulary> {
  readonly line: Line;
  readonly clock: Clock;
  /** Our own role, told to the other side. */
  readonly role: string;
  /** The other side has greeted: what to do with its messages. Called at once, before its next message is read. */
  readonly meet: (hello: Hello) => Handlers<Theirs>;
  /** The connection is over, met or not; called once, after the handlers' own `closed`. */
  readonly closed?: (why: string) => void;
  /** Messages that may wait for one write, and bytes that may wait in the line. */
  readonly most?: { readonly messages: number; readonly bytes: number };
}

const MOST = { messages: 20_000, bytes: 128 * 1024 * 1024 };
const WITHIN: Ms = 10_000;
/** How long the answer to a patient request waits for company. */
const COMPANY: Ms = 50;

export interface RequestOptions {
  /** Until the answer counts as late; 10 s when left out. */
  readonly within?: Ms;
  /** Nobody waits for the answer: it comes with whatever is said next, which saves both sides a wake-up. */
  readonly patient?: boolean;
}

interface Waiting {
  readonly outcome: Settled<Result<unknown, RequestFault>>;
  readonly timer: Timer;
}

type AnyHandler = (payload: unknown) => unknown;

/** Two processes speaking: events one way, requests with one answer, all messages of a tick in one write. */
export class Channel<Ours extends Vocabulary, Theirs extends Vocabulary> {
  readonly #options: ChannelOptions<Theirs>;
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #most: { readonly messages: number; readonly bytes: number };
  readonly #waiting = new Map<number, Waiting>();
  #handlers: Handlers<Theirs> = {};
  #outbox: Message[] = [];
  /** The outbox is written at the end of this tick. */
  #soon = false;
  #later: Timer | null = null;
  #nextId = 1;
  #closed = false;

  constructor(options: ChannelOptions<Theirs>) {
    this.#options = options;
    this.#line = options.line;
    this.#clock = options.clock;
    this.#most = options.most ?? MOST;
    this.#line.receive = batch => {
      for (const message of batch) this.#receive(message);
    };
    this.#line.closed = why => this.#end(why);
    this.#post(['hello', { version: IPC_VERSION, role: options.role }]);
  }

  get open(): boolean {
    return !this.#closed;
  }

  /** Bytes the other side has not taken yet. */
  get backlog(): number {
    return this.#line.backlog;
  }

  /** @returns false when it was dropped: connection lost or queue full. */
  send<K extends keyof Ours['events'] & string>(name: K, payload: Ours['events'][K]): boolean {
    return this.#post(['event', name, payload]);
  }

  /** Never rejects. */
  request<K extends keyof Ours['requests'] & string>(
    name: K,
    ask: Ours['requests'][K]['ask'],
    { within = WITHIN, patient = false }: RequestOptions = {},
  ): Promise<Result<Ours['requests'][K]['answer'], RequestFault>> {
    if (this.#closed) return Promise.resolve(err('gone'));
    const id = this.#nextId++;
    if (!this.#post(patient ? ['request', id, name, ask, 'patient'] : ['request', id, name, ask]))
      return Promise.resolve(err('full'));
    const outcome = new Settled<Result<unknown, RequestFault>>();
    const timer = this.#clock.after(within, () => this.#settle(id, err('late')));
    this.#waiting.set(id, { outcome, timer });
    return outcome.promise as Promise<Result<Ours['requests'][K]['answer'], RequestFault>>;
  }

  close(why = 'closed by us'): void {
    if (this.#closed) return;
    this.#flush();
    this.#line.close();
    this.#end(why);
  }

  #post(message: Message, patient = false): boolean {
    if (this.#closed) return false;
    if (this.#outbox.length >= this.#most.messages || this.#line.backlog >= this.#most.bytes) return false;
    this.#outbox.push(message);
    if (patient) this.#later ??= this.#clock.after(COMPANY, () => this.#flush());
    else if (!this.#soon) {
      this.#soon = true;
      this.#line.soon(() => this.#flush());
    }
    return true;
  }

  #flush(): void {
    this.#soon = false;
    this.#later?.cancel();
    this.#later = null;
    if (this.#closed || this.#outbox.length === 0) return;
    const batch = this.#outbox;
    this.#outbox = [];
    this.#line.send(batch);
  }

  #receive(message: Message): void {
    if (this.#closed) return;
    switch (message[0]) {
      case 'hello':
        if (message[1].version === IPC_VERSION) this.#handlers = this.#options.meet(message[1]);
        else this.close(`peer speaks version ${message[1].version}`);
        break;
      case 'event':
        (this.#handlers.events?.[message[1]] as AnyHandler | undefined)?.(message[2]);
        break;
      case 'request':
        void this.#serve(message[1], message[2], message[3], message[4] === 'patient');
        break;
      case 'answer':
        this.#settle(message[1], ok(message[2]));
        break;
      case 'fault':
        this.#settle(message[1], err('failed'));
        break;
    }
  }

  async #serve(id: number, name: string, ask: unknown, patient: boolean): Promise<void> {
    const handler = this.#handlers.requests?.[name] as AnyHandler | undefined;
    if (!handler) return void this.#post(['fault', id, `unknown request ${name}`]);
    try {
      this.#post(['answer', id, await handler(ask)], patient);
    } catch (error) {
      this.#post(['fault', id, String(error)]);
    }
  }

  #settle(id: number, result: Result<unknown, RequestFault>): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    waiting.timer.cancel();
    waiting.outcome.settle(result);
  }

  #end(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#later?.cancel();
    this.#outbox = [];
    for (const id of [...this.#waiting.keys()]) this.#settle(id, err('gone'));
    this.#handlers.closed?.(why);
    this.#options.closed?.(why);
  }
}
