import type { Headers } from '../message/types.ts';
import type { HeaderList } from '../stack.ts';

/** The option tag of RFC 4028. */
export const TIMER = 'timer';

/** No session may be asked to prove itself more often, s (RFC 4028 §5). */
export const LEAST_INTERVAL = 90;

/** What both sides agreed on; without terms a session lasts until somebody ends it. */
export interface SessionTerms {
  /** Seconds within which the session has to be refreshed. */
  readonly interval: number;
  readonly refresher: 'us' | 'them';
}

interface SessionExpires {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | null;
}

function seconds(text: string | undefined): number | null {
  const digits = text?.trim() ?? '';
  return /^\d{1,9}$/.test(digits) ? Number(digits) : null;
}

/** Value of Min-SE, s (RFC 4028 §5). */
export const minimumOf = (headers: Headers): number =>
  Math.max(LEAST_INTERVAL, seconds(headers.get('min-se')) ?? 0);

/** Null when absent or malformed. */
function readSessionExpires(headers: Headers): SessionExpires | null {
  const [value, ...params] = (headers.get('session-expires') ?? '').split(';');
  const found = seconds(value);
  if (found === null) return null;
  const names = params.map(param => param.replaceAll(' ', '').toLowerCase());
  const refresher = names.includes('refresher=uac') ? 'uac' : names.includes('refresher=uas') ? 'uas' : null;
  return { seconds: found, refresher };
}

const supportsTimer = (headers: Headers): boolean =>
  headers.all('supported').some(tag => tag.toLowerCase() === TIMER);

/** Whether a request asks for a shorter session than we allow: 422 (RFC 4028 §9). One that could not understand it passes. */
export function isTooBrief(headers: Headers): boolean {
  const asked = readSessionExpires(headers);
  return asked !== null && asked.seconds < LEAST_INTERVAL && supportsTimer(headers);
}

/**
 * What we agree to as UAS (RFC 4028 §9): the interval asked for or ours, whichever is shorter, but not below the asker's
 * Min-SE; the asker refreshes where he can and has not said otherwise.
 * @param headers of the request.
 * @param ours seconds.
 * @returns null when neither he nor a proxy on the way speaks of it.
 */
export function termsAsServer(
  headers: Headers,
  ours: number,
): { readonly terms: SessionTerms; readonly told: HeaderList } | null {
  const asked = readSessionExpires(headers);
  const able = supportsTimer(headers);
  if (!asked && !able) return null;
  const wished = Math.max(minimumOf(headers), Math.min(asked?.seconds ?? ours, ours));
  const interval = asked ? Math.min(asked.seconds, wished) : wished;
  const refresher = able ? (asked?.refresher ?? 'uac') : 'uas';
  const value = ['Session-Expires', `${interval};refresher=${refresher}`] as const;
  return {
    terms: { interval, refresher: refresher === 'uac' ? 'them' : 'us' },
    told: refresher === 'uac' ? [['Require', TIMER], value] : [value],
  };
}

/** What a 2xx to a request of ours agrees to (RFC 4028 §7.2); null when it does not speak of it. */
export function termsAsClient(headers: Headers): SessionTerms | null {
  const agreed = readSessionExpires(headers);
  if (!agreed || agreed.seconds === 0) return null;
  return { interval: agreed.seconds, refresher: agreed.refresher === 'uas' ? 'them' : 'us' };
}

/** What an INVITE or UPDATE of ours asks for (RFC 4028 §7.1). @param least Min-SE of a 422 we were told. */
export function askedTerms(interval: number, refresher: 'us' | 'them', least = LEAST_INTERVAL): HeaderList {
  const value = `${Math.max(interval, least)};refresher=${refresher === 'us' ? 'uac' : 'uas'}`;
  return least > LEAST_INTERVAL
    ? [
        ['Session-Expires', value],
        ['Min-SE', String(least)],
      ]
    : [['Session-Expires', value]];
}
