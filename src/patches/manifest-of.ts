import { stringify } from 'yaml';

/** `PATCH /apis/batch/v1/namespaces/analytics/cronjobs/report?fieldManager=…` */
const REQUEST =
  /^(?:PATCH|POST|PUT) \/(?:api|apis\/(?<group>[a-z0-9.]+))\/(?<version>v[a-z0-9]+)\/namespaces\/(?<namespace>[a-z0-9-]+)\/(?<plural>[a-z]+)(?:\/(?<name>[a-z0-9.-]+))?(?:\/scale)?(?:\?\S*)?$/;

const KINDS: Readonly<Record<string, string>> = {
  configmaps: 'ConfigMap',
  cronjobs: 'CronJob',
  deployments: 'Deployment',
  jobs: 'Job',
  limitranges: 'LimitRange',
  resourcequotas: 'ResourceQuota',
  services: 'Service',
};

/**
 * The object, or the part of one, in a request to the Kubernetes API as a plan shows it: as YAML, without what guards the
 * request against the moment (uid, resourceVersion). Null when it is none. A manifest that is one already stays as it is.
 */
export function manifestOf(text: string): string | null {
  if (/^apiVersion: /m.test(text)) return text.endsWith('\n') ? text : `${text}\n`;
  const [head = '', ...rest] = text.split(/\r?\n/);
  const found = REQUEST.exec(head);
  const body = bodyOf(rest.join('\n'));
  const { group, version, namespace, plural = '', name } = found?.groups ?? {};
  const kind = KINDS[plural];
  if (found === null || body === null || kind === undefined || namespace === undefined) return null;
  const { metadata = {}, ...fields } = body;
  const { uid: _uid, resourceVersion: _version, ...own } = isObject(metadata) ? metadata : {};
  return stringify({
    apiVersion: group === undefined ? version : `${group}/${version}`,
    kind,
    metadata: { namespace, ...(name === undefined ? {} : { name }), ...own },
    ...without(fields, ['apiVersion', 'kind']),
  });
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
