/** Pages on the live channel. Arguments: address, how many, cookies; says `ready`, and what was heard when its input ends. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

const [address = '', count = '1', ...cookies] = process.argv.slice(2);
const pages = Number(count);
const late: number[] = [];
let bytes = 0;

interface Word {
  readonly topic?: string;
  readonly data?: { readonly event?: string; readonly call?: { readonly startedAt: string } };
}

/** Every tenth page reads what it hears: five hundred of them would keep this process from reading in time. */
const reads = (n: number): boolean => n % 10 === 0;

async function open(n: number): Promise<WebSocket> {
  const socket = new WebSocket(address, {
    headers: { cookie: cookies[n % cookies.length] ?? '' },
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ subscribe: ['calls'], resume: null, batch: true }));
  socket.on('message', data => {
    const buffer = data as Buffer;
    bytes += buffer.length;
    if (!reads(n)) return;
    const now = Date.now();
    const said: Word | Word[] = JSON.parse(buffer.toString());
    for (const word of Array.isArray(said) ? said : [said])
      if (word.data?.event === 'new' && word.data.call) late.push(now - Date.parse(word.data.call.startedAt));
  });
  return socket;
}

const sockets: WebSocket[] = [];
for (let n = 0; n < pages; n++) sockets.push(await open(n));
console.log('ready');
process.stdin.resume();
await once(process.stdin, 'end');
const connected = sockets.filter(socket => socket.readyState === WebSocket.OPEN).length;
for (const socket of sockets) socket.terminate();
late.sort((a, b) => a - b);
const at = (share: number) => late[Math.min(late.length - 1, Math.floor(share * late.length))] ?? 0;
console.log(
  JSON.stringify({ heard: late.length, p50: at(0.5), p99: at(0.99), max: at(1), connected, bytes }),
);
