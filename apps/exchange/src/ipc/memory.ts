import type { Line, Message } from './messages.ts';

/** Two ends in one process. Every message becomes JSON, so that what would not survive a socket fails here too. */
export function memoryLines(): readonly [Line, Line] {
  const a = new MemoryLine();
  const b = new MemoryLine();
  a.other = b;
  b.other = a;
  return [a, b];
}

class MemoryLine implements Line {
  other: MemoryLine | null = null;
  readonly backlog = 0;
  receive: (batch: readonly Message[]) => void = () => {};
  closed: (why: string) => void = () => {};

  soon(flush: () => void): void {
    queueMicrotask(flush);
  }

  send(batch: readonly Message[]): void {
    const { other } = this;
    if (!other) return;
    const copy = JSON.parse(JSON.stringify(batch)) as readonly Message[];
    queueMicrotask(() => {
      if (this.other) other.receive(copy);
    });
  }

  close(): void {
    const { other } = this;
    if (!other) return;
    queueMicrotask(() => {
      this.other = null;
      other.other = null;
      other.closed('closed by peer');
    });
  }
}
