/** Moments in the zone of the domain (spec 00 §3.4: stored UTC, shown in the domain's zone). */

interface Parts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const two = '2-digit';
    const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two } as const;
    format = new Intl.DateTimeFormat('en-GB', { ...fields, timeZone: zone, hourCycle: 'h23' });
    formats.set(zone, format);
  }
  return format;
}

/** The wall clock of a zone. */
function partsIn(zone: string, at: number): Parts {
  const found: Record<string, string> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) found[type] = value;
  return found as unknown as Parts;
}

/** «24.03.2021 16:14»; something that is no moment is shown as it is. */
export function dateTime(iso: string, zone: string, withSeconds = false): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  const p = partsIn(zone, at);
  return `${p.day}.${p.month}.${p.year} ${p.hour}:${p.minute}${withSeconds ? `:${p.second}` : ''}`;
}

/** «24.03.2021». */
export const date = (iso: string, zone: string): string => dateTime(iso, zone).slice(0, 10);

/** ms the zone is ahead of UTC at that moment. */
function offset(zone: string, at: number): number {
  const p = partsIn(zone, at);
  const wall = Date.UTC(+p.year, +p.month - 1, +p.day, +p.hour, +p.minute, +p.second);
  return wall - Math.floor(at / 1000) * 1000;
}

/** Midnight that begins a day (`2021-03-24`) in a zone, as a moment. */
export function midnight(day: string, zone: string): number {
  const wall = Date.parse(`${day}T00:00:00Z`);
  const guess = wall - offset(zone, wall);
  return wall - offset(zone, guess);
}

/** The day a moment belongs to, `2021-03-24`. */
export function dayIn(zone: string, at: number): string {
  const p = partsIn(zone, at);
  return `${p.year}-${p.month}-${p.day}`;
}

/** A day some days later (or earlier). */
export function shiftDay(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** What a wall-clock time of the domain (`2026-03-24T16:14`) is as a moment; null = now. */
export function momentOf(at: string | undefined, zone: string): string | null {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)$/.exec(at ?? '');
  if (!parts) return null;
  const [, day = '', hour, minute] = parts;
  return new Date(midnight(day, zone) + (Number(hour) * 60 + Number(minute)) * 60_000).toISOString();
}
