/** One way to ask the server: same origin, the session's cookie, problem+json (RFC 9457) as errors. */

export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly errors: readonly { readonly field: string; readonly message: string }[];
}

/** The server refused or could not be reached (`status` 0). `message` is fit to be shown. */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.title);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

let csrf = '';
let language = 'ru';
let onSignedOut: () => void = () => {};

/** The token of the session that mutations carry. */
export const setToken = (token: string): void => {
  csrf = token;
};

/** In which language the server shall answer. */
export const speak = (to: string): void => {
  language = to;
};

/** Called when the server no longer knows our session. */
export const whenSignedOut = (act: () => void): void => {
  onSignedOut = act;
};

/**
 * Asks the server.
 * @returns the body; undefined where there is none (204).
 * @throws {ApiError} refusals of the server and failures of the network; an abort is passed on as it is.
 */
export async function ask<Answer>(path: string, o: Ask = {}): Promise<Answer> {
  const method = o.method ?? 'GET';
  const headers: Record<string, string> = { 'accept-language': language, ...o.headers };
  if (o.body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET') headers['x-csrf-token'] = csrf;
  let response: Response;
  try {
    response = await fetch(`/api${path}${queryOf(o.query)}`, {
      method,
      headers,
      credentials: 'same-origin',
      ...(o.body !== undefined && { body: JSON.stringify(o.body) }),
      ...(o.signal && { signal: o.signal }),
    });
  } catch (error) {
    if (o.signal?.aborted) throw error;
    throw new ApiError({ title: '', status: 0, code: 'network', requestId: null, errors: [] });
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
  if (response.status === 401 && path !== '/session' && !path.startsWith('/session/')) onSignedOut();
  throw new ApiError(await problemOf(response));
}

function queryOf(query: Ask['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text && `?${text}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const given = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>;
  return {
    title: typeof given.title === 'string' ? given.title : '',
    status: response.status,
    code: typeof given.code === 'string' ? given.code : `http.${response.status}`,
    requestId: given.requestId ?? response.headers.get('x-request-id'),
    errors: Array.isArray(given.errors) ? given.errors : [],
  };
}
