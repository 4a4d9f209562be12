/** What a page of ours may load (CSP level 3). No inline scripts, no inline styles without this response's nonce. */
export const POLICY = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'media-src': ["'self'", 'blob:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'worker-src': ["'self'", 'blob:'],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** The policy of the cabinet's page: style sheets made at run time carry the nonce. */
export const policyWithNonce = (nonce: string): string =>
  Object.entries(POLICY)
    .map(([name, sources]) =>
      [name, ...sources, ...(name === 'style-src' || name === 'script-src' ? [`'nonce-${nonce}'`] : [])].join(
        ' ',
      ),
    )
    .join('; ');
