/** The floors of docs/architecture.md: a package imports only what stands lower, and only through its door. */
const floors = [
  ['base'],
  ['sip', 'media'],
  ['model'],
  ['store'],
  ['telephony', 'contact-centre', 'billing', 'outreach'],
  ['use-cases'],
  ['web-api', 'integrations'],
];
const climb = floors.flatMap((rooms, floor) =>
  rooms.map(room => ({
    name: `${room}-stays-on-floor-${floor}`,
    severity: 'error',
    from: { path: `^packages/${room}/src/` },
    to: {
      path: `^packages/(${floors
        .slice(floor)
        .flat()
        .filter(other => other !== room)
        .join('|')})/`,
    },
  })),
);
module.exports = {
  forbidden: [
    ...climb.filter(rule => !rule.to.path.endsWith('()/')),
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'packages-not-apps', severity: 'error', from: { path: '^packages/' }, to: { path: '^apps/' } },
    {
      name: 'no-store-on-the-call-path',
      severity: 'error',
      from: { path: '^packages/telephony/' },
      to: { path: '^packages/store/' },
    },
    {
      name: 'signalling-is-light',
      comment: 'Signalling imports no database driver, HTTP server, spreadsheet, PDF or password code.',
      severity: 'error',
      from: { path: '^apps/exchange/src/signalling/' },
      to: { path: '(^packages/store/)|(node_modules/(pg|kysely|fastify)/)', reachable: true },
    },
    {
      name: 'through-the-door',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^packages/([^/]+)/src/', pathNot: ['^packages/$2/', '/index\\.ts$'] },
    },
    {
      name: 'cabinet-imports-words-only',
      comment: 'The cabinet knows the product by its words and by its API.',
      severity: 'error',
      from: { path: '^apps/cabinet/' },
      to: { path: '^(packages|apps)/', pathNot: ['^apps/cabinet/', '^packages/model/src/'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^apps/[^/]+/dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mts', '.mjs', '.js', '.d.ts'],
    },
  },
};
