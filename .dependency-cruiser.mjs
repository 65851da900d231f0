/** What each folder of src may import besides itself; what is not listed is forbidden. */
const layers = {
  domain: [],
  ports: ['domain/'],
  diagnosis: ['domain/'],
  steps: ['diagnosis/', 'ports/', 'domain/'],
  health: ['ports/', 'domain/'],
  live: ['steps/(?:gather-facts|read-poolers)', 'diagnosis/', 'ports/', 'domain/'],
  grants: ['domain/'],
  init: ['grants/', 'slack/manifest', 'domain/'],
  doctor: ['grants/', 'slack/manifest', 'ports/', 'domain/'],
  audits: ['diagnosis/', 'steps/cron-schedule', 'ports/', 'domain/'],
  gate: ['ports/', 'domain/'],
  breaker: ['ports/', 'domain/'],
  client: [],
  adapters: ['ports/', 'domain/'],
  runbooks: ['steps/(?:step-kind|registry)', 'diagnosis/cause-kinds', 'yaml/', 'domain/'],
  yaml: ['domain/'],
  config: ['yaml/', 'intake/(?:alert-source|formats|authentication/registry)\\.ts', 'domain/'],
  engine: ['steps/(?:step-kind|registry)', 'postmortem/', 'ports/', 'domain/'],
  watchdog: [
    'engine/(?:authorise|fenced-ports|ledger|opening)',
    'steps/(?:shared/ending/|read-poolers|step-kind)',
    'diagnosis/',
    'ports/',
    'domain/',
  ],
  intake: ['engine/(?:ledger|opening)', 'ports/', 'domain/'],
  words: ['domain/'],
  slack: ['engine/desk', 'charts/', 'postmortem/', 'words/', 'ports/', 'domain/'],
  terminal: ['engine/desk', 'words/', 'ports/', 'domain/'],
  charts: ['domain/'],
  postmortem: ['charts/', 'words/', 'domain/'],
  sandbox: ['domain/(?:errors|json|secret)', 'ports/logger'],
  drill: [
    'app\\.ts',
    'config/',
    'grants/',
    'sandbox/',
    'slack/manifest',
    'adapters/embedded-postgres/',
    'engine/desk',
    'steps/registry',
    'domain/',
    'ports/',
  ],
};
const homes = {
  pg: '(?:adapters/(?:postgres|pgbouncer|state|embedded-postgres)|drill)/',
  'pg-boss': 'adapters/state/',
  kysely: 'adapters/state/',
  '@slack': 'slack/',
  '@kubernetes': 'adapters/kubernetes/',
  undici: 'adapters/http/',
  vega: 'adapters/charts/',
  'vega-lite': 'adapters/charts/',
  '@resvg': 'adapters/charts/',
  'prom-client': 'adapters/telemetry/',
  '@opentelemetry': 'adapters/telemetry/',
};
const rule = (name, from, to) => ({ name, severity: 'error', from, to });

export default {
  forbidden: [
    rule('no-cycles', {}, { circular: true }),
    rule(
      'adapters-do-not-meet',
      { path: '^src/adapters/([^/]+)/' },
      { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    ),
    rule(
      'sandboxes-do-not-meet',
      { path: '^src/sandbox/([^/]+)/' },
      { path: '^src/sandbox/', pathNot: '^src/sandbox/$1/' },
    ),
    rule(
      'domain-is-pure',
      { path: '^src/domain/' },
      {
        dependencyTypes: ['npm', 'core'],
        path: '.',
        pathNot: '^(?:node_modules/(?:zod|re2js)/|(?:node:)?(?:crypto|util)$)',
      },
    ),
    rule(
      'diagnosis-is-pure',
      { path: '^src/diagnosis/' },
      { dependencyTypes: ['npm', 'core'], path: '.', pathNot: '^node_modules/(?:zod|croner)/' },
    ),
    rule(
      'an-audit-never-imports-an-audit',
      { path: '^src/audits/checks/' },
      { path: '^src/(?:audits/checks|ports|steps)/', pathNot: '^src/steps/cron-schedule' },
    ),
    rule(
      'a-doctor-check-never-imports-a-check',
      { path: '^src/doctor/checks/' },
      { path: '^src/(?:doctor/checks|ports)/' },
    ),
    rule(
      'a-step-never-imports-a-step',
      { path: '^src/steps/([^/]+)/([^/.]+)(?:\\.ts$|/)' },
      { path: '^src/steps/[^/]+/', pathNot: '^src/steps/(?:$1/$2(?:\\.ts$|/)|shared/)' },
    ),
    rule(
      'production-does-not-know-the-drill',
      { path: '^src/', pathNot: '^src/(?:drill|cli|sandbox)/' },
      { path: '^src/(?:drill|sandbox)/' },
    ),
    ...Object.entries(layers).map(([layer, may]) =>
      rule(
        `${layer}-direction`,
        { path: `^src/${layer}/` },
        { path: '^src/', pathNot: [`${layer}/`, ...may].map((to) => `^src/${to}`) },
      ),
    ),
    ...Object.entries(homes).map(([name, home]) =>
      rule(
        `${name}-at-home`,
        { path: '^src/', pathNot: [`^src/${home}`, '^src/app\\.ts$'] },
        { path: `^node_modules/(?:@types/)?${name}(?:/|$)` },
      ),
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
