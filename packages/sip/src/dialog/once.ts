import type { ReplyOptions } from '../stack.ts';

/** Whether a final response is sent a single time and its request forgotten: challenges, and what is told so. */
export const isOnce = (status: number, o: ReplyOptions = {}): boolean =>
  status >= 200 && (o.once ?? (status === 401 || status === 407));
