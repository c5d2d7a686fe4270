// "Who may import whom" of ARCHITECTURE.md. tools/import-rules/planted breaks every rule once, and a test sees to it that each bites.

const tests = String.raw`\.test\.tsx?$|\.e2e\.ts$|/e2e/|/src/testing/`;

/** A package from the registry: as it is resolved, or as it is written where it cannot be. */
const npm = (...names) => `(^|/)node_modules/(${names.join('|')})/|^(${names.join('|')})$`;

/** What `from` may use of this repository, besides itself. */
const mayImport = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: tests },
  to: { path: '^(packages|apps|tools)/', pathNot: [from, ...allowed.map((entry) => `packages/${entry}`)].map((entry) => `^${entry}/`) },
});

const subjects = ['users|sessions', 'rooms|members', 'messages', 'sync|gateway'];

/** No subject below imports one above. */
const subjectOrder = subjects.slice(0, -1).map((lower, rank) => ({
  name: `subjects-are-ordered-${rank + 1}`,
  comment: 'A use case lives in the highest subject that it touches.',
  severity: 'error',
  from: { path: `^packages/core/src/(${lower})/`, pathNot: tests },
  to: { path: `^packages/core/src/(${subjects.slice(rank + 1).join('|')})/` },
}));

const forbidden = [
  mayImport('contract-imports-nothing', 'packages/contract', [], 'It is generated, and everybody leans on it.'),
  mayImport('runtime-imports-contract', 'packages/runtime', ['contract']),
  mayImport('redis-imports-runtime', 'packages/redis', ['runtime'], 'It knows of no subject.'),
  mayImport('db-imports-runtime', 'packages/db', ['contract', 'runtime']),
  mayImport('markdown-imports-nothing', 'packages/markdown', []),
  mayImport('stream-is-below-core', 'packages/stream', ['contract', 'runtime', 'db', 'redis']),
  mayImport('core-imports-what-is-below', 'packages/core', ['contract', 'runtime', 'db', 'redis', 'stream', 'markdown']),
  mayImport('sdk-imports-contract', 'packages/sdk', ['contract'], 'It runs in browsers, and in other people\'s products.'),
  mayImport('testing-imports-no-server', 'packages/testing', ['contract', 'sdk'], 'Tests speak through the front door.'),
  mayImport('api-imports', 'apps/api', ['contract', 'runtime', 'db', 'redis', 'stream', 'core']),
  mayImport('worker-imports', 'apps/worker', ['contract', 'runtime', 'db', 'redis', 'stream', 'core']),
  mayImport('gateway-imports', 'apps/gateway', ['contract', 'runtime', 'db', 'redis', 'stream', 'core']),
  mayImport('web-imports-sdk', 'apps/web', ['sdk'], 'The reference client has no door that others lack.'),
  {
    name: 'gateway-reads-core-in-access',
    comment: 'Never per event: events carry all that the gateway acts on. The main opens it for access.',
    severity: 'error',
    from: { path: '^apps/gateway/', pathNot: [String.raw`^apps/gateway/src/(access|main)\.ts$`, tests] },
    to: { path: '^packages/core/' },
  },
  {
    name: 'apps-are-leaves',
    severity: 'error',
    from: { path: '^(packages|tools)/' },
    to: { path: '^apps/' },
  },
  {
    name: 'apps-stand-alone',
    severity: 'error',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'testing-is-for-tests',
    severity: 'error',
    from: { path: '^(packages|apps)/', pathNot: ['^packages/testing/', tests] },
    to: { path: '^packages/testing/|/src/testing/' },
  },
  {
    name: 'packages-have-one-door',
    comment: 'A path around the name of a package would get past its exports.',
    severity: 'error',
    from: { path: '^(packages|apps|tools)/([^/]+)/' },
    to: {
      path: '^packages/[^/]+/',
      pathNot: ['^$1/$2/', String.raw`^packages/[^/]+/src/(index|core)\.ts$`, String.raw`^packages/contract/generated/(openapi|asyncapi)\.json$`],
    },
  },
  {
    name: 'kysely-in-repositories',
    severity: 'error',
    from: { path: '^(packages|apps)/', pathNot: [String.raw`\.repository\.ts$`, '^packages/(db|stream)/', tests] },
    to: { path: npm('kysely') },
  },
  {
    name: 'redis-in-stores',
    comment: 'A main opens it and hands it over; its type may be named anywhere.',
    severity: 'error',
    from: {
      path: '^(packages|apps)/',
      pathNot: [
        String.raw`\.store\.ts$`, '^packages/(redis|stream|testing)/', '^apps/api/src/http/rate-limit',
        '^apps/gateway/src/(lease|presence)', String.raw`^apps/[^/]+/src/main\.ts$`, tests,
      ],
    },
    to: { path: `^packages/redis/|${npm('redis', '@redis/[^/]+')}`, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'core-knows-no-transport',
    severity: 'error',
    from: { path: '^packages/core/' },
    to: { path: npm('express', 'ws') },
  },
  {
    name: 'routes-reach-core',
    comment: 'A handler makes one call of a service.',
    severity: 'error',
    from: { path: String.raw`^apps/api/src/routes/`, pathNot: tests },
    to: { path: '^packages/', pathNot: '^packages/(contract|core)/' },
  },
  {
    name: 'no-service-calls-a-service',
    severity: 'error',
    from: { path: String.raw`^packages/core/src/.+\.service\.ts$` },
    to: { path: String.raw`^packages/core/src/.+\.service\.ts$` },
  },
  ...subjectOrder,
  {
    name: 'web-shared-is-below-features',
    severity: 'error',
    from: { path: '^apps/web/src/(components|lib|styles)/' },
    to: { path: '^apps/web/src/(features|app)/' },
  },
  {
    name: 'web-features-are-below-app',
    severity: 'error',
    from: { path: '^apps/web/src/features/' },
    to: { path: '^apps/web/src/app/' },
  },
  {
    name: 'folders-say-something',
    severity: 'error',
    from: {},
    to: { path: '/(utils|helpers|common|types|dto)/', pathNot: '(^|/)node_modules/' },
  },
  {
    name: 'an-index-is-a-door',
    severity: 'error',
    from: { path: '^(packages|apps)/' },
    to: { path: String.raw`^(packages|apps)/.+/index\.tsx?$`, pathNot: String.raw`^packages/[^/]+/src/index\.ts$` },
  },
  {
    name: 'no-circles',
    comment: 'Types may point both ways: nothing of them is left at run time.',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'imports-exist',
    comment: 'mdast and hast are types alone, from @types; the compiler looks after those.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true, pathNot: '^(mdast|hast)$' },
  },
];

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    // Not every dist: the packages of the registry lie in theirs.
    exclude: { path: '^apps/(api|gateway|web|worker)/dist/|^tools/import-rules/planted/|^tools/contract/clients/conversations/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'] },
  },
};
