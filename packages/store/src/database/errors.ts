/** What the database's errors mean to those who called. */

/** The database is away or too slow: nothing was written, or it is not known; try again later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly retryable = true;
}

/** Why a change was refused; it wrote nothing. Rendered by whoever shows it (DESIGN rule 6). */
export type StoreRefusal =
  /** The object, or one that a field names, is absent or another tenant's (404). */
  | { readonly code: 'not-found'; readonly field: string }
  /** Must be unique and is not (409). */
  | { readonly code: 'taken'; readonly field: string }
  /** Not a value this field may have (422). */
  | { readonly code: 'invalid'; readonly field: string }
  /** The domain was changed since the caller read it (409). */
  | { readonly code: 'stale'; readonly version: number; readonly changed?: readonly FieldConflict[] };

/** A field somebody else changed since the caller read it. */
export interface FieldConflict {
  /** Name of the column. */
  readonly field: string;
  readonly yours: unknown;
  readonly theirs: unknown;
  /** Who, by name at that time. */
  readonly by: string;
  /** Unix ms. */
  readonly at: number;
}

/** Unwinds a transaction; becomes a value at the door of the store and never leaves it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: StoreRefusal;

  constructor(refusal: StoreRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** Errors of the socket, of the pool, and SQLSTATE classes that say "not now". */
const AWAY = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOENT',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EAI_AGAIN',
  ],
  ...['57P01', '57P02', '57P03', '57014', '53300', '53100', '53200', '40001', '40P01', '25P03'],
]);
const AWAY_TEXT =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client was closed|connection error|cannot use a pool after/i;

/** Null when the error is not about the database being away. */
export function asUnavailable(error: unknown): StoreUnavailable | null {
  if (error instanceof StoreUnavailable) return error;
  if (!(error instanceof Error)) return null;
  const code = codeOf(error);
  if (AWAY.has(code) || code.startsWith('08') || AWAY_TEXT.test(error.message))
    return new StoreUnavailable(`the database is away: ${error.message || code}`, { cause: error });
  return null;
}

/** Null when the error is not the violation of a constraint. */
export function asRefusal(error: unknown): StoreRefusal | null {
  if (error instanceof Refused) return error.refusal;
  if (!(error instanceof Error)) return null;
  const field = fieldOf(error);
  switch (codeOf(error)) {
    case '23505':
      return { code: 'taken', field };
    case '23503':
      return { code: 'not-found', field };
    case '23514':
    case '23502':
    case '22001':
    case '22003':
    case '22021':
    case '22P02':
    case '22P05':
      return { code: 'invalid', field };
    default:
      return null;
  }
}

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

/** `pbx_user_domain_id_login_key` of table `pbx_user` → `login`. */
function fieldOf(error: Error): string {
  const text = (name: string): string => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' ? value : '';
  };
  const constraint = text('constraint');
  if (constraint === '') return text('column') || text('dataType') || 'value';
  return constraint
    .replace(new RegExp(`^${text('table')}_`), '')
    .replace(/^domain_id_/, '')
    .replace(/_(key|check\d*|fkey|pkey)$/, '');
}
