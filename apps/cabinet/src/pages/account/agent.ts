const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/YaBrowser\/(\d+)/, 'Yandex'],
  [/Edg\/(\d+)/, 'Edge'],
  [/OPR\/(\d+)/, 'Opera'],
  [/Firefox\/(\d+)/, 'Firefox'],
  [/(?:Headless)?Chrom(?:e|ium)\/(\d+)/, 'Chrome'],
  [/Version\/(\d+).*Safari/, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Windows/, 'Windows'],
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** A User-Agent header as people would say it: «Chrome 156, Linux». What is not known is shown as it came, cut. */
export function agentOf(header: string): { readonly name: string; readonly phone: boolean } {
  const browser = BROWSERS.find(([form]) => form.test(header));
  const system = SYSTEMS.find(([form]) => form.test(header))?.[1];
  const version = browser?.[0].exec(header)?.[1];
  const known = browser ? `${browser[1]} ${version}` : header.slice(0, 60);
  return {
    name: browser && system ? `${known}, ${system}` : known,
    phone: /Mobile|Android|iPhone/.test(header),
  };
}
