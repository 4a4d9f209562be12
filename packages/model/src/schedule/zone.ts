/** Local time without a date library: the offset of a zone changes only at a quarter of an hour, so it is looked up once for each. */

const QUARTER = 15 * 60_000;
const DAY = 86_400_000;
const MINUTES_OF_DAY = 1440;

interface ZoneEntry {
  readonly formatter: Intl.DateTimeFormat;
  quarter: number;
  offset: number;
}

const zones = new Map<string, ZoneEntry>();

/** Whether the runtime knows this IANA zone. */
export function isTimezone(timezone: string): boolean {
  try {
    zone(timezone);
    return true;
  } catch {
    return false;
  }
}

/** UTC offset of a zone at an instant, in ms; east is positive. Throws RangeError for an unknown zone. */
export function zoneOffset(wall: number, timezone: string): number {
  const entry = zone(timezone);
  const quarter = Math.floor(wall / QUARTER);
  if (entry.quarter !== quarter) {
    entry.offset = parseOffset(entry.formatter, quarter * QUARTER);
    entry.quarter = quarter;
  }
  return entry.offset;
}

/** Minute of the local week: 0 = Monday 00:00, 10 079 = Sunday 23:59. */
export function minuteOfWeek(wall: number, timezone: string): number {
  const local = wall + zoneOffset(wall, timezone);
  const day = Math.floor(local / DAY);
  // 1 January 1970 was a Thursday, the fourth day.
  const weekday = (((day + 3) % 7) + 7) % 7;
  return weekday * MINUTES_OF_DAY + Math.floor((local - day * DAY) / 60_000);
}

function zone(timezone: string): ZoneEntry {
  const known = zones.get(timezone);
  if (known) return known;
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  const entry: ZoneEntry = { formatter, quarter: Number.NaN, offset: 0 };
  zones.set(timezone, entry);
  return entry;
}

/** `GMT`, `GMT+03:00`, `GMT-03:30` (ECMA-402 `longOffset`). */
function parseOffset(formatter: Intl.DateTimeFormat, wall: number): number {
  const name = formatter.formatToParts(wall).find(part => part.type === 'timeZoneName')?.value ?? '';
  if (name.length < 9) return 0;
  const minutes = Number(name.slice(4, 6)) * 60 + Number(name.slice(7, 9));
  return (name[3] === '-' ? -minutes : minutes) * 60_000;
}
