import type { ReplyOptions } from '../stack.ts';

/** Whether a response is sent a single time and its request forgotten (RFC 3261 §26.3.2.4): challenges, and what is told so. */
export const isOnce = (status: number, o: ReplyOptions = {}): boolean =>
  status >= 300 && (o.once ?? (status === 401 || status === 407));
