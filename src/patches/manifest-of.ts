import { parse, stringify } from 'yaml';

/** `PATCH /apis/batch/v1/namespaces/analytics/cronjobs/report?fieldManager=…` */
const REQUEST =
  /^(?<method>PATCH|POST|PUT) \/(?:api|apis\/(?<group>[a-z0-9.]+))\/(?<version>v[a-z0-9]+)\/namespaces\/(?<namespace>[a-z0-9-]+)\/(?<plural>[a-z]+)(?:\/(?<name>[a-z0-9.-]+))?(?:\/scale)?(?:\?\S*)?$/;

const KINDS: Readonly<Record<string, string>> = {
  configmaps: 'ConfigMap',
  cronjobs: 'CronJob',
  deployments: 'Deployment',
  jobs: 'Job',
  limitranges: 'LimitRange',
  resourcequotas: 'ResourceQuota',
  services: 'Service',
};

/** An object of Kubernetes, or the part of one, as YAML. */
export interface Manifest {
  readonly yaml: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** It changes an object that exists; otherwise it is whole. */
  readonly part: boolean;
}

/**
 * The objects in a text of a plan: YAML, several with `---` between them, or a request to the Kubernetes API, which becomes
 * YAML without what guards it against the moment (uid, resourceVersion). Empty when there are none.
 */
export function manifestsOf(text: string): Manifest[] {
  if (/^apiVersion: /m.test(text)) return text.split(/^---\n/m).map(fromYaml);
  const made = fromRequest(text);
  return made === null ? [] : [made];
}

/** Of what plans write as YAML, only CronJobs are there before. */
function fromYaml(text: string): Manifest {
  const object: unknown = parse(text);
  const { kind, metadata } = isObject(object) ? object : {};
  const { namespace, name } = isObject(metadata) ? metadata : {};
  return {
    yaml: text.endsWith('\n') ? text : `${text}\n`,
    kind: String(kind),
    namespace: String(namespace),
    name: String(name),
    part: kind === 'CronJob',
  };
}

function fromRequest(text: string): Manifest | null {
  const [head = '', ...rest] = text.split(/\r?\n/);
  const found = REQUEST.exec(head);
  const body = bodyOf(rest.join('\n'));
  const { method, group, version, namespace, plural = '', name } = found?.groups ?? {};
  const kind = KINDS[plural];
  if (found === null || body === null || kind === undefined || namespace === undefined) return null;
  const { metadata = {}, ...fields } = body;
  const { uid: _uid, resourceVersion: _version, ...own } = isObject(metadata) ? metadata : {};
  const named = { namespace, ...(name === undefined ? {} : { name }), ...own };
  return {
    yaml: stringify({
      apiVersion: group === undefined ? version : `${group}/${version}`,
      kind,
      metadata: named,
      ...without(fields, ['apiVersion', 'kind']),
    }),
    kind,
    namespace,
    name: 'name' in named ? String(named.name) : '',
    part: method === 'PATCH',
  };
}

function bodyOf(text: string): Record<string, unknown> | null {
  const start = text.indexOf('{');
  if (start === -1) return null;
  try {
    const parsed: unknown = JSON.parse(text.slice(start));
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function without(fields: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
