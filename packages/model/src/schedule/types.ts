/** 1 = Monday … 7 = Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** [from, to) in minutes of the local day; `to` 0 means midnight at its end (RTE-10.2, USR-39.1). */
export interface Period {
  readonly days: readonly Weekday[];
  readonly from: number;
  readonly to: number;
}

/** A union of periods; an empty list means always. */
export type Schedule = readonly Period[];
