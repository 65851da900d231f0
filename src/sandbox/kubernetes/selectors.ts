import { badRequest } from './api-error.ts';
import { isObject, type KubeObject, textOf } from './objects.ts';
import { EVENTS, JOBS, NAMESPACES, PODS, type Resource } from './resources.ts';

/** Says whether an object is selected. */
export type Selector = (object: KubeObject) => boolean;

const META = ['metadata.name', 'metadata.namespace'];

/** The fields that can be selected, per resource; all others accept only name and namespace. */
const FIELDS = new Map<Resource, readonly string[]>([
  [
    PODS,
    [
      ...META,
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.podIPs',
      'status.nominatedNodeName',
    ],
  ],
  [JOBS, [...META, 'status.successful']],
  [NAMESPACES, ['metadata.name', 'name', 'status.phase']],
  [
    EVENTS,
    [
      ...META,
      'involvedObject.kind',
      'involvedObject.namespace',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.apiVersion',
      'reason',
      'reportingComponent',
      'source',
      'type',
    ],
  ],
]);

/** Parses `a=b,c!=d` for the fields of a resource. Throws 400 with the server's text for any other field. */
export function fieldSelector(resource: Resource, text: string): Selector {
  const terms = text
    .split(',')
    .filter((term) => term.trim() !== '')
    .map((term) => fieldTerm(resource, term));
  return (object) => terms.every((matches) => matches(object));
}

function fieldTerm(resource: Resource, term: string): Selector {
  const [, field = '', operator, value = ''] = /^([^=!]+)(==|!=|=)(.*)$/.exec(term.trim()) ?? [];
  if (operator === undefined) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const known = FIELDS.get(resource);
  if (!(known ?? META).includes(field)) throw unknownField(resource, field);
  return (object) => (fieldValue(object, field) === value) !== (operator === '!=');
}

function unknownField(resource: Resource, field: string) {
  if (resource === PODS || resource === EVENTS) return badRequest(`field label not supported: ${field}`);
  if (resource === JOBS) return badRequest(`field label "${field}" not supported for Job`);
  return badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

function fieldValue(object: KubeObject, field: string): string {
  if (field === 'name') return object.metadata.name;
  if (field === 'status.successful') return textOf(fieldAt(object, ['status', 'succeeded']) ?? 0);
  const path = field === 'source' ? ['source', 'component'] : field.split('.');
  return textOf(fieldAt(object, path));
}

function fieldAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object);
}

const SET_TERM = /^\s*([^\s!=,()]+)\s+(in|notin)\s+\(([^)]*)\)\s*$/;

/** Parses a label selector: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`. Throws 400 when it cannot. */
export function labelSelector(text: string): Selector {
  const terms = (text.match(/(?:[^,(]|\([^)]*\))+/g) ?? [])
    .filter((term) => term.trim() !== '')
    .map(labelTerm);
  return ({ metadata }) => terms.every((matches) => matches(metadata.labels ?? {}));
}

function labelTerm(term: string): (labels: Record<string, string>) => boolean {
  const [, setKey = '', setOperator, list = ''] = SET_TERM.exec(term) ?? [];
  if (setOperator !== undefined) {
    const values = list.split(',').map((value) => value.trim());
    return (labels) => {
      const value = labels[setKey];
      return (value !== undefined && values.includes(value)) === (setOperator === 'in');
    };
  }
  const equals = /^\s*([^\s!=]+)\s*(==|!=|=)\s*([^\s=!]*)\s*$/.exec(term);
  if (equals !== null) {
    const [, key = '', operator, value = ''] = equals;
    return (labels) => (labels[key] === value) !== (operator === '!=');
  }
  const [, not, key] = /^\s*(!?)\s*([\w./-]+)\s*$/.exec(term) ?? [];
  if (key === undefined) throw badRequest(`unable to parse requirement: found '${term.trim()}'`);
  return (labels) => (labels[key] !== undefined) === (not === '');
}
