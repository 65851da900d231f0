import { nameOf } from '../../../domain/cluster.ts';
import type { BatchWorkload, DatabaseAddress } from '../../../domain/cluster-guardrails.ts';
import { type DatabaseRoute, hostsText, isHostVariable } from '../../../domain/database-route.ts';
import type { Command } from '../../../domain/plan.ts';
import { replaceHosts } from '../../../domain/replace-hosts.ts';
import { manifestText } from '../../shared/kubernetes/gitops.ts';

type Patch = NonNullable<Command['patch']>;
/** One entry of `env`; null takes a field away. */
type Variable = Readonly<Record<string, unknown>> & { readonly name: string };

type Route = Pick<DatabaseRoute, 'variable' | 'from' | 'to'>;

/** Where in a CronJob something is told of a database. */
export interface Place {
  readonly batch: Pick<BatchWorkload, 'namespace' | 'name'>;
  readonly container: { readonly name: string; readonly init: boolean };
  readonly address: DatabaseAddress;
}

/**
 * The same as the live change for a repository. A value that may hold a secret is never in it: a password gets a Secret of
 * its own that a person fills in, and the host stays where people and audits see it.
 */
export function routePatch(place: Place, route: Route): Patch {
  const { variable, from, to } = route;
  const { shown } = place.address;
  const moved = shown === null ? null : replaceHosts(shown.text, from, to);
  if (shown === null || moved === null) return valueInSecret(place, route);
  const { passwordVariable, refersTo } = shown;
  const former = refersTo.map((name) => ({ name }));
  const patch = (value: string, more: readonly Variable[]) =>
    cronJobPatch(place, [...former, ...more, { name: variable, value }]);
  if (passwordVariable === null) return { text: patch(moved, []), undo: patch(shown.text, []) };
  const secret = secretName(place, variable);
  const password = fromKey('Secret', secret, passwordVariable);
  const fill = holder(place, 'Secret', secret, {
    notes: [`It holds the password of ${variable}, which then stands in no file of the repository.`],
    data: { [passwordVariable]: `<the password of ${variable}, written as it is written there now>` },
  });
  return {
    text: `${fill}\n---\n${patch(moved, [{ name: passwordVariable, ...password }])}`,
    undo: patch(shown.text, [{ name: passwordVariable }]),
  };
}

/** For a value that Firebreak does not read: a host becomes a value here, anything else gets a place of its own. */
export function hiddenPatch(place: Place, host: string): Patch {
  const { variable, hiddenIn } = place.address;
  const [, kind = '', object = '', key] =
    /^(Secret|ConfigMap) ([^,]*)(?:, key (.*))?$/.exec(hiddenIn ?? '') ?? [];
  if (variable === null || key === undefined) return patchInWords(place, host);
  const unseen = `Only where ${variable} leads to the primary of this database: Firebreak does not read ${hiddenIn}.`;
  const former = fromKey(kind, object, key);
  if (isHostVariable(variable))
    return {
      text: noted([unseen], cronJobPatch(place, [{ name: variable, value: host, valueFrom: null }])),
      undo: cronJobPatch(place, [{ name: variable, value: null, ...former }]),
    };
  const other = objectName([object, key, 'replica']);
  const fill = holder(place, kind, other, {
    notes: [unseen, `It stands beside ${hiddenIn}, so that nothing else that reads that is changed.`],
    data: { [key]: `<the value of ${hiddenIn}, with the host ${host}>` },
  });
  const change = cronJobPatch(place, [{ name: variable, ...fromKey(kind, other, key) }]);
  return {
    text: `${fill}\n---\n${noted([unseen], change)}`,
    undo: cronJobPatch(place, [{ name: variable, ...former }]),
  };
}

/** What has no form as a patch: why, and what to do. */
export function patchInWords({ batch, container, address }: Place, host: string): Patch {
  const where = `Container ${container.name} of CronJob ${nameOf(batch)}`;
  const lines =
    address.hiddenIn === null
      ? [
          `${where} names ${hostsText(address.hosts)} in its command line.`,
          'A patch replaces a command line as a whole, and it may hold a password, so there is none here.',
          `Put ${host} in its place in the manifest. Better: move the host to a variable such as PGHOST, which a patch can change.`,
        ]
      : [
          `${where} takes all its variables from ${address.hiddenIn} (envFrom), which Firebreak does not read.`,
          'Which of them names the database is not known, so there is no patch.',
          `Look into ${address.hiddenIn}. For the variable that names the primary, put one of the same name with ${host} under env of this container: env wins over envFrom. Where it holds a password, take it from a Secret of its own.`,
        ];
  return { text: lines.join('\n'), undo: null };
}

/** The whole value is taken as a secret: some part of it may be one. */
function valueInSecret(place: Place, { variable, from, to }: Route): Patch {
  const secret = secretName(place, variable);
  const key = keyOf(variable);
  const fill = holder(place, 'Secret', secret, {
    notes: [`A part of ${variable} may be a secret, so that its value is not written here.`],
    data: { [key]: `<the value of ${variable}, with ${hostsText(to)} in the place of ${hostsText(from)}>` },
  });
  const change = cronJobPatch(place, [{ name: variable, value: null, ...fromKey('Secret', secret, key) }]);
  return {
    text: `${fill}\n---\n${change}`,
    undo: `Take the commit back, or write ${hostsText(from)} into the Secret again. The former value is not written here.`,
  };
}

/**
 * A strategic merge patch of one container. The variables that a value refers to are named before it: Kubernetes knows only
 * those that stand earlier, and kustomize puts what a patch names to the front.
 */
function cronJobPatch({ batch, container }: Place, env: readonly Variable[]): string {
  const { namespace, name } = batch;
  const list = container.init ? 'initContainers' : 'containers';
  return manifestText({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace },
    spec: { jobTemplate: { spec: { template: { spec: { [list]: [{ name: container.name, env }] } } } } },
  });
}

/** A Secret or ConfigMap whose values a person fills in; it cannot be used as it is. */
function holder(
  { batch: { namespace } }: Place,
  kind: string,
  name: string,
  { notes, data }: { notes: readonly string[]; data: Readonly<Record<string, string>> },
): string {
  const care =
    kind === 'Secret' ? ' Do not commit it filled in: seal it, or make it by your store of secrets.' : '';
  return noted(
    [...notes, `Fill in what stands in <…>.${care}`],
    manifestText({
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace },
      [kind === 'Secret' ? 'stringData' : 'data']: data,
    }),
  );
}

function noted(lines: readonly string[], manifest: string): string {
  return [...lines.map((line) => `# ${line.replaceAll(/\s+/g, ' ')}`), manifest].join('\n');
}

function fromKey(kind: string, name: string, key: string): { readonly valueFrom: object } {
  return { valueFrom: { [kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef']: { name, key } } };
}

function secretName({ batch, container }: Place, variable: string): string {
  return objectName([batch.name, container.name, variable]);
}

/** A name as Kubernetes takes it. */
function objectName(parts: readonly string[]): string {
  const words = [...new Set(parts)].join('-').toLowerCase();
  return words
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 200)
    .replaceAll(/^-|-$/g, '');
}

function keyOf(variable: string): string {
  return variable.replaceAll(/[^\w.-]/g, '_');
}
