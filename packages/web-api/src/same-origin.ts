/** Whether a change was asked for by our own page: a browser says where a request comes from, nobody else needs to. */

interface Said {
  readonly origin: string | undefined;
  readonly host: string | undefined;
  /** `Sec-Fetch-Site` (Fetch Metadata). */
  readonly site: string | undefined;
  readonly secure: boolean;
}

/** True for our own page and for programs that are no browser; false for every other site, `null` origins included. */
export function sameOrigin({ origin, host, site, secure }: Said): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined) return true;
  return host !== undefined && origin === `${secure ? 'https' : 'http'}://${host}`;
}
