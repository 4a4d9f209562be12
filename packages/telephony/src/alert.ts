import type { DialOptions, Leg } from './call.ts';

type Alert = NonNullable<DialOptions['alert']>;

/**
 * What the waiting leg hears already, by the alert it was given: a second phone that rings, or the next level, must
 * neither start a melody again nor repeat the 180 (RTE-15.9).
 */
const heard = new WeakMap<Alert, 'sound' | Leg>();

/** Something rings: the waiting leg hears its sound; with 'theirs' ringback until the target's own media comes. */
export function alertWith(alert: Alert): void {
  const now = heard.get(alert);
  if (now === 'sound' || (now && !now.endCause)) return;
  heard.set(alert, 'sound');
  const [waiting, sound] = alert;
  waiting.hear(sound === 'theirs' ? 'ringback' : sound);
}

/** The target sends media before the answer: passed on calls to the public network, where 'theirs' was asked for. */
export function alertWithMedia(alert: Alert, target: Leg): void {
  const [waiting, sound] = alert;
  if (sound !== 'theirs' || heard.get(alert) === target) return;
  heard.set(alert, target);
  waiting.hearLeg(target);
}
