import { readFile, writeFile } from 'node:fs/promises';
import { loadAudits } from '../src/audits/registry.ts';
import { loadChecks } from '../src/doctor/registry.ts';
import { errorCodes } from '../src/domain/errors.ts';
import { loadScenarios } from '../src/drill/load-scenarios.ts';
import { grantsSql } from '../src/grants/postgres.ts';
import { rbacManifest } from '../src/grants/rbac.ts';
import { runbookSchema } from '../src/runbooks/schema.ts';
import { manifestYaml } from '../src/slack/manifest.ts';
import { loadStepKinds } from '../src/steps/registry.ts';
import { auditReference } from './audit-reference.ts';
import { metricReference } from './metric-reference.ts';
import { permissionReference } from './permissions-reference.ts';
import { errorReference, postMortemExample, scenarioReference, stepReference } from './references.ts';

/** Writes every generated file; with --check fails when one is not what it should be. */
const kinds = await loadStepKinds();
const files = new Map<string, string>([
  ['runbooks/schema.json', `${JSON.stringify(runbookSchema(kinds), null, 2)}\n`],
  ['manifest.yml', manifestYaml('socket')],
  ['manifest.http.yml', manifestYaml('http')],
  ['docs/steps.md', stepReference([...kinds.values()])],
  ['docs/postmortem-example.md', postMortemExample()],
  ['docs/audits.md', auditReference(await loadAudits())],
  ['docs/permissions.md', permissionReference(await loadChecks())],
  ['docs/errors.md', errorReference(errorCodes)],
  ['docs/scenarios.md', scenarioReference((await loadScenarios()).values())],
  ['docs/metrics.md', await metricReference()],
  ['deploy/sql/grants.sql', grantsSql({ role: 'firebreak', databases: ['orders'], replicas: true })],
  ['deploy/kubernetes/base/rbac.yaml', rbacManifest({ namespaces: ['analytics'] })],
]);

const check = process.argv.includes('--check');
let stale = 0;
for (const [file, wanted] of files) {
  const found = await readFile(file, 'utf8').catch(() => null);
  if (found === wanted) continue;
  stale += 1;
  if (check) console.error(`${file} is not what its source says. Run: npm run generate`);
  else {
    await writeFile(file, wanted);
    console.log(`wrote ${file}`);
  }
}
if (check && stale === 0) console.log(`${files.size} generated files are up to date.`);
process.exitCode = check && stale > 0 ? 1 : 0;
