import type { V1Container, V1CronJob } from '@kubernetes/client-node';
import { areSameHosts, type DatabaseRoute, hostsText } from '../../domain/database-route.ts';
import { FirebreakError } from '../../domain/errors.ts';
import { replaceHosts } from '../../domain/replace-hosts.ts';
import type { Api } from './api.ts';
import { PATCH_PARAMETERS } from './changes.ts';
import { databaseAddresses } from './database-addresses.ts';

/** Where a variable stands in the pod template of a CronJob. */
interface Place {
  readonly path: string;
  readonly container: V1Container;
  readonly value: string;
}

/**
 * Writes other hosts into one variable of a CronJob. The value is read, changed and sent here and goes nowhere else, as
 * it may hold a password. Fails when the CronJob is another one, has changed meanwhile, or names other hosts by now.
 */
export async function routeCronJob(
  api: Api,
  route: DatabaseRoute,
  { dryRun, signal }: { dryRun: boolean; signal: AbortSignal },
): Promise<void> {
  const { namespace, name, uid } = route.ref;
  const request = { resource: 'cronjobs', group: 'batch', namespace, name } as const;
  const found = await api.read({ ...request, verb: 'get' }, signal, (options) =>
    api.batch.readNamespacedCronJob({ name, namespace }, options),
  );
  if (found.metadata?.uid !== uid) throw changed(route, 'it was deleted and made again');
  const place = placeOf(found, route);
  const told = databaseAddresses(place.container).find(({ variable }) => variable === route.variable);
  if (told === undefined || !areSameHosts(told.hosts, route.from))
    throw changed(route, `${route.variable} does not name ${hostsText(route.from)} any more`);
  const value = replaceHosts(place.value, route.from, route.to);
  if (value === null) throw notReplaceable(route);
  const body = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'replace', path: '/metadata/resourceVersion', value: found.metadata.resourceVersion },
    { op: 'test', path: `${place.path}/name`, value: route.variable },
    { op: 'replace', path: `${place.path}/value`, value },
  ];
  const parameters = { ...PATCH_PARAMETERS, ...(dryRun ? { dryRun: 'All' } : {}) };
  await api.write(
    { ...request, verb: 'patch' },
    signal,
    (options) => api.batch.patchNamespacedCronJob({ name, namespace, body, ...parameters }, options),
    'json',
  );
}

function placeOf(cronJob: V1CronJob, { ref, container, variable }: DatabaseRoute): Place {
  const spec = cronJob.spec?.jobTemplate.spec?.template.spec;
  for (const list of ['containers', 'initContainers'] as const) {
    const index = (spec?.[list] ?? []).findIndex(({ name }) => name === container);
    const own = spec?.[list]?.[index];
    const at = own?.env?.findIndex(({ name }) => name === variable) ?? -1;
    const value = own?.env?.[at]?.value;
    if (own === undefined || value === undefined) continue;
    const path = `/spec/jobTemplate/spec/template/spec/${list}/${index}/env/${at}`;
    return { path, container: own, value };
  }
  throw changed({ ref }, `container ${container} has no variable ${variable} with a value any more`);
}

/** The request for people to read: the value itself stays out of sight. */
export function routeText({ ref, container, variable, from, to }: DatabaseRoute): string {
  const query = new URLSearchParams(PATCH_PARAMETERS).toString();
  const path = `/spec/jobTemplate/spec/template/spec/containers/<${container}>/env/<${variable}>/value`;
  const value = `<as it is, with ${hostsText(to)} instead of ${hostsText(from)}>`;
  const body = [
    { op: 'test', path: '/metadata/uid', value: ref.uid },
    { op: 'replace', path: '/metadata/resourceVersion', value: '<as read just before>' },
    { op: 'replace', path, value },
  ];
  return [
    `PATCH /apis/batch/v1/namespaces/${ref.namespace}/cronjobs/${ref.name}?${query}`,
    'Content-Type: application/json-patch+json',
    '',
    JSON.stringify(body, null, 2),
  ].join('\n');
}

function changed({ ref }: Pick<DatabaseRoute, 'ref'>, why: string): FirebreakError {
  return new FirebreakError('kubernetes-conflict', `CronJob ${ref.namespace}/${ref.name}: ${why}.`, {
    hint: 'Read the object again and decide on what it is now.',
  });
}

function notReplaceable({ ref, variable }: DatabaseRoute): FirebreakError {
  return new FirebreakError(
    'kubernetes-error',
    `The hosts in ${variable} of CronJob ${ref.namespace}/${ref.name} cannot be replaced surely, so nothing was changed.`,
    { hint: 'Change it by hand: kubectl edit cronjob.' },
  );
}
