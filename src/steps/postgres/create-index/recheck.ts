import type { IndexSpec } from '../../../domain/index-build.ts';
import type { StepContext } from '../../step-kind.ts';
import { longTransaction, siteObstacle } from './obstacles.ts';
import type { Params } from './params.ts';

/** What differs from the plan, or would hold the build up by now. */
export async function recheckIndexes(
  ctx: StepContext<'databases' | 'advisor'>,
  {
    targets,
    params,
  }: { readonly targets: readonly { readonly identity: IndexSpec }[]; readonly params: Params },
): Promise<string[]> {
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  const snapshot = await databases.snapshot(database, 'primary', ctx.signal);
  const differences: string[] = [];
  for (const { identity } of targets) {
    const site = await databases.indexSite(database, `${identity.schema}.${identity.table}`, ctx.signal);
    const difference =
      siteDifference(identity, site) ??
      (site === null ? null : longTransaction(snapshot, site, params.longTransactionSeconds));
    if (difference !== null) differences.push(`${identity.schema}.${identity.table}: ${difference}`);
  }
  return differences;
}

function siteDifference(
  spec: IndexSpec,
  site: Awaited<ReturnType<StepContext<'databases'>['ports']['databases']['indexSite']>>,
): string | null {
  if (site === null) return 'the table is gone.';
  if (site.serverStart !== spec.serverStart)
    return `another server answers than the one that was read; it was started ${site.serverStart}.`;
  if (site.oid !== spec.tableOid) return 'it is another table of the same name by now.';
  if (!site.allowed) return `Firebreak may not act as its owner ${site.owner} any more.`;
  return siteObstacle(site, spec.columns);
}
