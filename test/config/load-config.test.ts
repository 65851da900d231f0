import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseMonitoredState } from '../../src/config/check-state.ts';
import { loadConfig, parseConfig } from '../../src/config/load-config.ts';
import { resolveConfig } from '../../src/config/resolve.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'firebreak-config-'));
});
afterEach(async () => rm(directory, { recursive: true }));

const minimal = `slack: { channel: C0123ABCD }
alerts: { sources: [{ name: am, format: alertmanager, bearer: { env: TOKEN } }] }
databases: [{ name: orders, url: { env: ORDERS_URL } }]
`;
const environment = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  TOKEN: 't',
  ORDERS_URL: 'postgresql://x',
};

function resolve(text: string, env: Record<string, string> = environment) {
  return resolveConfig(parseConfig(text, 'firebreak.yml'), env);
}

it('knows every key of the example and gives it a place', async () => {
  const text = await readFile('firebreak.example.yml', 'utf8');
  expect(parseConfig(text, 'firebreak.example.yml').databases[0]?.cores).toBe(8);
});

it('lets nobody decide anything when no authority is given', () => {
  expect(resolve(minimal).authority).toEqual({ observe: [], workload: [], session: [], incident: [] });
});

it('takes people, user groups and on-call sources for who may decide, and rules beyond the lists', () => {
  const text = `${minimal}onCall: [{ name: platform, type: file, path: on-call.yml }]
authority:
  session: [U0123ABCD, W0123ABCD, S0123ABCD, { onCall: platform }]
  twoPeople: [session]
  noSelfApproval: [workload]
  breakGlass: { classes: [session], people: [{ onCall: platform }] }
`;
  const { authority, decisionRules } = resolve(text);
  expect(authority.session).toEqual(['U0123ABCD', 'W0123ABCD', 'S0123ABCD', { onCall: 'platform' }]);
  expect(authority.workload).toEqual([]);
  expect(decisionRules).toEqual({
    twoPeople: ['session'],
    noSelfApproval: ['workload'],
    breakGlass: { classes: ['session'], people: [{ onCall: 'platform' }] },
  });
  expect(resolve(minimal).decisionRules.breakGlass).toEqual({ classes: [], people: [] });
});

it.each([
  ['session: [C0123ABCD]', /firebreak\.yml:5:13: .*a user group id such as S0123ABCD/],
  ['session: [{ onCall: nobody }]', /firebreak\.yml:5:23: .*onCall has no entry of this name/],
  ['breakGlass: { classes: [session], people: [{ onCall: nobody }] }', /onCall has no entry of this name/],
  ['breakGlass: { classes: [session], people: [] }', /authority\.breakGlass\.people/],
  ['twoPeople: [incident]', /authority\.twoPeople/],
])('refuses the authority "%s" with its place', (line, problem) => {
  const check = () => parseConfig(`${minimal}authority:\n  ${line}\n`, 'firebreak.yml');
  expect(check).toThrow(problem);
});

it('knows the PgBouncers of a database, with their secrets and the pools that lead to it', () => {
  const text = minimal.replace(
    'url: { env: ORDERS_URL }',
    'url: { env: ORDERS_URL }, pgbouncer: [{ name: one, url: { env: ONE } }, { name: two, url: { env: TWO }, pools: [a] }]',
  );
  const [database] = resolve(text, {
    ...environment,
    ONE: 'postgresql://one',
    TWO: 'postgresql://two?sslmode=disable',
  }).databases;
  expect(database?.pgbouncer).toMatchObject([
    { name: 'one', pools: null },
    { name: 'two', pools: ['a'] },
  ]);
  expect(database?.pgbouncer.map(({ url }) => url.reveal())).toEqual([
    'postgresql://one?sslmode=verify-full',
    'postgresql://two?sslmode=disable',
  ]);
  expect(() => resolve(text)).toThrow(
    'The environment variable ONE is not set; it holds PgBouncer one of orders.',
  );
});

it('knows the objectives of a service, each with one side of a limit', () => {
  const withSlo = (slo: string) =>
    minimal.replace(
      'url: { env: ORDERS_URL }',
      `url: { env: ORDERS_URL }, prometheus: { url: 'http://p:9090', cpuQuery: x, slo: [${slo}] }`,
    );
  const [database] = resolve(
    withSlo('{ name: errors, query: e, below: 0.01 }, { name: success, query: s, above: 0.99 }'),
  ).databases;
  expect(database?.prometheus?.objectives).toEqual([
    { name: 'errors', query: 'e', limit: { below: 0.01 } },
    { name: 'success', query: 's', limit: { above: 0.99 } },
  ]);
  for (const wrong of ['{ name: a, query: e }', '{ name: a, query: e, below: 1, above: 0 }'])
    expect(() => parseConfig(withSlo(wrong), 'firebreak.yml')).toThrow('needs either below or above');
});

it('knows who is asked for who is on call, and how somebody is paged, with their secrets', () => {
  const text = `${minimal}
onCall:
  - { name: pd, type: pagerduty, token: { env: PD }, schedules: [PI7DH85] }
  - { name: hand, type: file, path: /etc/on-call.yml }
paging: [{ name: pd, type: pagerduty, routingKey: { env: KEY } }]
`;
  const { onCall, paging } = resolve(text, { ...environment, PD: 'token', KEY: 'key' });
  expect(onCall).toMatchObject([
    { name: 'pd', schedules: ['PI7DH85'], apiUrl: 'https://api.pagerduty.com' },
    { name: 'hand', path: '/etc/on-call.yml' },
  ]);
  expect(onCall[0]?.type === 'pagerduty' && onCall[0].token.reveal()).toBe('token');
  expect(paging[0]?.type === 'pagerduty' && paging[0].routingKey.reveal()).toBe('key');
  expect(() => resolve(text)).toThrow('The environment variable PD is not set; it holds on-call source pd.');
});

it('knows who hears of a decision that waits; a database may say otherwise', () => {
  const text = `${minimal.replace('url: { env: ORDERS_URL }', 'url: { env: ORDERS_URL }, reminders: { group: S0OTHER }')}
onCall: [{ name: hand, type: file, path: /etc/on-call.yml }]
reminders: { group: S0DBA, onCall: hand }
`;
  expect(resolve(text).databases[0]?.reminders).toEqual({ group: 'S0OTHER', onCall: 'hand', pager: null });
  expect(resolve(minimal).databases[0]?.reminders).toEqual({ group: null, onCall: null, pager: null });
});

it('prints no secret', () => {
  const config = resolve(minimal, { ...environment, TOKEN: 'alert-secret' });
  expect(JSON.stringify(config)).not.toContain('alert-secret');
  expect(JSON.stringify(config)).toContain('<secret>');
});

it('reads secrets from files', async () => {
  const file = join(directory, 'token');
  await writeFile(file, 'from-file\n');
  const [source] = resolve(minimal.replace('{ env: TOKEN }', `{ file: ${file} }`)).sources;
  const { authentication } = source ?? {};
  const tokens = authentication?.way === 'bearer' ? authentication.keys.map((key) => key.reveal()) : [];
  expect(tokens).toEqual(['from-file']);
});

it('says which variable is missing and what it holds', () => {
  const { TOKEN: _left, ...rest } = environment;
  expect(() => resolve(minimal, rest)).toThrow(
    'The environment variable TOKEN is not set; it holds alert source am.',
  );
});

it('refuses an alert source that anybody could use', () => {
  expect(() => resolve(minimal.replace(', bearer: { env: TOKEN }', ''))).toThrow(
    expect.objectContaining({ code: 'no-authentication' }),
  );
});

it('takes several secrets of a source while one is replaced by the next', () => {
  const [source] = resolve(
    minimal.replace('bearer: { env: TOKEN }', 'bearer: [{ env: TOKEN }, { env: BOT }]'),
    {
      ...environment,
      BOT: 'next',
    },
  ).sources;
  const { authentication } = source ?? {};
  const tokens = authentication?.way === 'bearer' ? authentication.keys.map((key) => key.reveal()) : [];
  expect(tokens).toEqual([environment.TOKEN, 'next']);
});

describe('points at the mistake', () => {
  it.each([
    [
      'a way in which this sender cannot prove itself',
      minimal.replace('format: alertmanager', 'format: pagerduty'),
      'a source of the format pagerduty cannot prove itself by bearer; it can by pagerdutySignature',
    ],
    [
      'two ways of one sender',
      minimal.replace('bearer: { env: TOKEN }', 'bearer: { env: TOKEN }, hmac: { env: TOKEN }'),
      'a source proves itself in one way; leave out the others',
    ],
    [
      'a topic that is none',
      minimal.replace(
        'format: alertmanager, bearer: { env: TOKEN }',
        'format: cloudwatch, snsSignature: { topicArns: [my-topic] }',
      ),
      'arn:aws:sns:<region>:<account>:<topic>',
    ],
    [
      'a secret in a list of secrets',
      minimal.replace('bearer: { env: TOKEN }', 'bearer: [hunter2]'),
      'expected { env: NAME } or { file: PATH }, or a list of them',
    ],
    [
      'a wrong key',
      'slack: { chanel: C0123ABCD }',
      'firebreak.yml:1:10: found the unknown key "chanel" in slack',
    ],
    [
      'a wrong value',
      minimal.replace('alertmanager', 'nagios'),
      'firebreak.yml:2:41: found "nagios" for alerts.sources.0.format:',
    ],
    [
      'a second PgBouncer of the same name',
      minimal.replace(
        'url: { env: ORDERS_URL }',
        'url: { env: A }, pgbouncer: [{ name: p, url: { env: A } }, { name: p, url: { env: B } }]',
      ),
      'firebreak.yml:3:96: found "p" for databases.0.pgbouncer.1.name: this name is taken by an earlier entry',
    ],
    [
      'a source of PagerDuty that asks for everybody',
      `${minimal}onCall: [{ name: pd, type: pagerduty, token: { env: PD } }]`,
      'needs either schedules or escalationPolicies',
    ],
    [
      'a file that shall page',
      `${minimal}paging: [{ name: f, type: file, path: x }]`,
      'firebreak.yml:4:27: paging.0.type is wrong',
    ],
    [
      'a pager that is not there',
      `${minimal}reminders: { pager: nobody }`,
      'firebreak.yml:4:21: found "nobody" for reminders.pager: paging has no entry of this name',
    ],
    ['the offending text', minimal.replace('C0123ABCD', 'incidents'), 'found "incidents"'],
    [
      'a missing part',
      minimal.replace('slack: { channel: C0123ABCD }', 'slack: {}'),
      'firebreak.yml:1:8: slack.channel is missing:',
    ],
    ['broken YAML', 'slack: { channel: ', 'firebreak.yml:1:'],
    ['aliases', `a: &a [x]\nb: *a\n${minimal}`, 'firebreak.yml:2:4: found the alias *a'],
    ['a foreign tag', minimal.replace('am,', '!!js/function am,'), 'firebreak.yml:2:29: the YAML cannot be'],
    ['a file beyond reason', `${minimal}# ${'x'.repeat(300_000)}`, 'firebreak.yml:1:1: the file has'],
    [
      'a secret in the open',
      minimal.replace('{ env: ORDERS_URL }', 'postgresql://u:p@h/d'),
      'firebreak.yml:3:34: databases.0.url is wrong: expected { env: NAME } or { file: PATH }',
    ],
  ])('%s', (_name, text, message) => {
    expect(() => resolve(text)).toThrow(message);
  });
});

it('tells all problems at once', () => {
  const text = minimal.replace('C0123ABCD', 'incidents').replace('alertmanager', 'nagios');
  expect(() => resolve(text)).toThrow(/^firebreak\.yml:1:19: .*\nfirebreak\.yml:2:41: .*$/);
});

it.each([
  ['a URL', ['{ env: ORDERS_URL }', 'postgresql://u:hunter2@h/d']],
  ['a bare text', ['{ env: ORDERS_URL }', 'hunter2']],
  ['an unknown key', ['{ env: ORDERS_URL }', '{ value: hunter2 }']],
  ['a token in another place', ['C0123ABCD', 'xoxb-hunter2']],
  ['a URL in another place', ['name: am', 'name: "https://hunter2@h/"']],
  ['a key', ['name: am', 'name: am, xoxb-hunter2: 1']],
  ['a tag', ['name: am', 'name: !xoxb-hunter2 am']],
])('does not repeat a secret that was written into the file as %s', (_name, [from = '', to = '']) => {
  const fail = () => resolve(minimal.replace(from, to));
  expect(fail).toThrow(expect.objectContaining({ code: 'bad-config' }));
  expect(fail).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hunter2') }));
});

it('refuses two databases of one name', () => {
  const text = minimal.replace(
    'databases: [{ name: orders, url: { env: ORDERS_URL } }]',
    'databases: [{ name: orders, url: { env: ORDERS_URL } }, { name: orders, url: { env: ORDERS_URL } }]',
  );
  expect(() => resolve(text)).toThrow('this name is taken by an earlier entry');
});

it.each([
  ['postgresql://fb@db.example/firebreak', 'postgresql://x@DB.example:5432/orders', true],
  ['postgresql://fb@state.example/firebreak', 'postgresql://x@db.example/orders', false],
  ['postgresql://fb@db.example:5433/firebreak', 'postgresql://x@db.example:5432/orders', false],
])('state at %s beside a database at %s: refused %s', (stateUrl, ordersUrl, refused) => {
  const text = `${minimal}state: { url: { env: STATE_URL } }\n`;
  const config = resolve(text, { ...environment, STATE_URL: stateUrl, ORDERS_URL: ordersUrl });
  const check = () => refuseMonitoredState(config);
  if (refused) expect(check).toThrow(expect.objectContaining({ code: 'bad-config' }));
  else expect(check).not.toThrow();
});

it('says what to do when there is no file', async () => {
  await expect(loadConfig(join(directory, 'none.yml'))).rejects.toMatchObject({
    code: 'bad-config',
    hint: expect.stringContaining('firebreak init'),
  });
});

it('takes relative paths from its own folder, wherever the command is typed', async () => {
  const secret = (name: string, text: string) => writeFile(join(directory, name), text);
  await Promise.all([
    secret('bot', 'xoxb-1'),
    secret('app', 'xapp-1'),
    secret('token', 't'),
    secret('url', 'x'),
  ]);
  const text = `slack: { channel: C0123ABCD, botToken: { file: bot }, appToken: { file: ./app } }
http: { tls: { certificate: tls/one.pem, key: /etc/ssl/one.key } }
state: { backupDirectory: backups }
runbooks: { directory: runbooks }
kubernetes: { kubeconfig: cluster.yml, namespaces: [analytics] }
onCall: [{ name: platform, type: file, path: on-call.yml }]
alerts: { sources: [{ name: am, format: alertmanager, bearer: [{ file: token }] }] }
databases: [{ name: orders, url: { file: url } }]
`;
  const file = join(directory, 'firebreak.yml');
  await writeFile(file, text);
  const { slack, http, state, runbookDirectory, kubernetes, onCall } = await loadConfig(
    relative(process.cwd(), file),
  );
  expect(slack.botToken.reveal()).toBe('xoxb-1');
  expect(http.tls).toMatchObject({ certificate: join(directory, 'tls/one.pem'), key: '/etc/ssl/one.key' });
  expect(state).toMatchObject({
    directory: join(directory, '.firebreak/state'),
    backupDirectory: join(directory, 'backups'),
  });
  expect(runbookDirectory).toBe(join(directory, 'runbooks'));
  expect(kubernetes?.kubeconfig).toEqual({ file: join(directory, 'cluster.yml') });
  expect(onCall).toMatchObject([{ path: join(directory, 'on-call.yml') }]);
});

const policy = (change: string) => `${minimal.replace('ORDERS_URL } }', 'ORDERS_URL }, cores: 8 }')}watchdog:
  policies:
    - { name: reports, database: orders, olderThan: 60, most: 3, load: { onCpuPerCore: 1 }, ${change} }
`;

it('takes policies of the watchdog, which only report unless told', () => {
  const [first] = resolve(policy('roles: [report], applications: [report-*]')).watchdogPolicies;
  expect(first).toEqual({
    name: 'reports',
    mode: 'report',
    terms: {
      database: 'orders',
      roles: ['report'],
      applications: ['report-*'],
      olderThanSeconds: 60,
      load: { onCpuPerCore: 1, poolWaiting: null },
      window: null,
      most: 3,
    },
  });
  expect(resolve(minimal).watchdogPolicies).toEqual([]);
});

it.each([
  ['mode: kill', /needs roles, applications, or both/],
  ['roles: ["*"]', /the exact name of a role/],
  ['applications: ["*"]', /so that it does not mean everybody/],
  ['applications: ["**-**"]', /so that it does not mean everybody/],
  ['roles: [a], olderThan: 59', /olderThan/],
  ['roles: [a], database: others', /databases has no entry of this name/],
  ['roles: [a], load: { poolWaiting: 0 }', /needs a pgbouncer of database orders/],
  ['roles: [a], load: {}', /needs onCpuPerCore, poolWaiting, or both/],
])('refuses a policy with %s', (change, problem) => {
  const given = change.split(', ').map((part) => part.split(':')[0]);
  const text = policy(change)
    .split('\n')
    .map((line) =>
      line.includes('name: reports')
        ? line
            .replace(given.includes('olderThan') ? 'olderThan: 60, ' : '#', '')
            .replace(given.includes('database') ? 'database: orders, ' : '#', '')
            .replace(given.includes('load') ? 'load: { onCpuPerCore: 1 }, ' : '#', '')
        : line,
    )
    .join('\n');
  expect(() => resolve(text)).toThrow(problem);
});
