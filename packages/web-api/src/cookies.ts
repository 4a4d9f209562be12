/** The one cookie of the cabinet (RFC 6265). */
export const SESSION_COOKIE = 'kommutator_session';

/** What the browser sent under that name; null = nothing. Two of them are a trick: neither counts. */
export function sessionToken(header: string | undefined): string | null {
  const found = (header ?? '')
    .split(';')
    .map(pair => pair.trim().split('='))
    .filter(([name]) => name === SESSION_COOKIE);
  return found.length === 1 ? (found[0]?.[1] ?? null) : null;
}

/**
 * `Set-Cookie` of a session.
 * @param token of letters, digits, `-` and `_`; '' to take it away.
 * @param maxAge seconds the browser keeps it; null = until it closes.
 */
export const sessionCookie = (token: string, secure: boolean, maxAge: number | null): string =>
  [
    `${SESSION_COOKIE}=${token}`,
    ...(maxAge === null ? [] : [`Max-Age=${maxAge}`]),
    'Path=/',
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    'SameSite=Lax',
  ].join('; ');
