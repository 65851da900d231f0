import type { V1Container, V1EnvVar } from '@kubernetes/client-node';
import type { DatabaseAddress } from '../../domain/cluster-guardrails.ts';
import { isHostVariable } from '../../domain/database-route.ts';
import { shownValue } from './shown-value.ts';

/** `postgresql://user:password@host1:5432,host2/db?target_session_attrs=any`, also behind `jdbc:`. */
const URL_FORM = /\b(?:postgres(?:ql)?)(?:\+\w+)?:\/\/[^\s'"]+/i;
/** `host=… port=… target_session_attrs=…` of libpq. */
const KEYWORD_FORM = /\bhost(?:addr)?\s*=\s*\S+/;
/** What is known of a value that stands elsewhere. */
const UNKNOWN = { hosts: [], wants: null, user: null, shown: null };
/** A variable that is about a database by its name, whose value is elsewhere. */
const DATABASE_NAME =
  /(?:^|_)(?:PG_?|POSTGRES(?:QL)?_?|DB_?|DATABASE_?)(?:URL|URI|DSN|HOST|HOSTNAME|CONNECTION\w*|SERVER)$/i;

/** Where a container is told to find its databases. Passwords in the values are read over and dropped here. */
export function databaseAddresses({
  env = [],
  envFrom = [],
  command = [],
  args = [],
}: V1Container): DatabaseAddress[] {
  const told = env.flatMap((variable) => addressOf(variable, env));
  const written = [...command, ...args].flatMap((text) => inText(text, null));
  const found = [...told, ...written];
  // Everything of a Secret becomes variables: when nothing else names a database, it may.
  const whole = envFrom.flatMap(({ secretRef }) =>
    secretRef?.name === undefined ? [] : `Secret ${secretRef.name}`,
  );
  if (found.length > 0 || whole.length === 0) return found;
  return whole.map((hiddenIn) => ({ ...UNKNOWN, variable: null, hiddenIn }));
}

function addressOf(variable: V1EnvVar, env: readonly V1EnvVar[]): DatabaseAddress[] {
  const { name, value, valueFrom } = variable;
  if (value === undefined || value === '') {
    const place = hidingPlace(valueFrom);
    return place !== null && DATABASE_NAME.test(name)
      ? [{ ...UNKNOWN, variable: name, hiddenIn: place }]
      : [];
  }
  const shown = shownValue(variable, env);
  const found = inText(value, name).map((address) => ({ ...address, shown }));
  if (found.length > 0 || !isHostVariable(name)) return found;
  const beside = (suffix: string) =>
    env.find((other) => other.name === name.replace(/(?:HOST|HOSTNAME|SERVER)$/i, suffix))?.value ?? null;
  const hosts = value.split(',').map((host) => ({ host: host.trim(), port: toPort(beside('PORT')) }));
  const wants = name.startsWith('PG')
    ? (env.find((other) => other.name === 'PGTARGETSESSIONATTRS')?.value ?? null)
    : null;
  return [{ variable: name, hosts, wants, user: beside('USER'), hiddenIn: null, shown }];
}

function hidingPlace(from: V1EnvVar['valueFrom']): string | null {
  const { secretKeyRef, configMapKeyRef } = from ?? {};
  if (secretKeyRef !== undefined) return `Secret ${secretKeyRef.name ?? ''}, key ${secretKeyRef.key}`;
  if (configMapKeyRef !== undefined)
    return `ConfigMap ${configMapKeyRef.name ?? ''}, key ${configMapKeyRef.key}`;
  return null;
}

function inText(text: string, variable: string | null): DatabaseAddress[] {
  const [url] = URL_FORM.exec(text) ?? [];
  if (url !== undefined) return fromUrl(url, variable);
  return KEYWORD_FORM.test(text) ? fromKeywords(text, variable) : [];
}

/** Read by hand, as a URL with several hosts is none for the standard. */
function fromUrl(url: string, variable: string | null): DatabaseAddress[] {
  const [, authority = '', query = ''] = /^[^:]+:\/\/([^/?#]*)[^?#]*\??([^#]*)/.exec(url) ?? [];
  const at = authority.lastIndexOf('@');
  const parameters = new URLSearchParams(query);
  const user = at < 0 ? parameters.get('user') : decode(authority.slice(0, at).split(':')[0] ?? '');
  const listed = parameters.get('host') ?? authority.slice(at + 1);
  const hosts = listed
    .split(',')
    .map((place) => hostAndPort(place, toPort(parameters.get('port'))))
    .filter(({ host }) => host !== '');
  if (hosts.length === 0) return [];
  const wants = parameters.get('target_session_attrs') ?? parameters.get('targetServerType');
  return [{ variable, hosts, wants, user: user || null, hiddenIn: null, shown: null }];
}

function fromKeywords(text: string, variable: string | null): DatabaseAddress[] {
  const value = (key: string) => new RegExp(`\\b${key}\\s*=\\s*'?([^\\s';]+)`).exec(text)?.[1] ?? null;
  const ports = (value('port') ?? '').split(',');
  const hosts = (value('host') ?? value('hostaddr') ?? '')
    .split(',')
    .map((host, index) => ({ host, port: toPort(ports[index] ?? ports[0] ?? null) }));
  return [
    {
      variable,
      hosts,
      wants: value('target_session_attrs'),
      user: value('user'),
      hiddenIn: null,
      shown: null,
    },
  ];
}

function hostAndPort(place: string, otherwise: number | null): { host: string; port: number | null } {
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(place) ?? [];
  return { host: bracketed ?? plain, port: toPort(port ?? null) ?? otherwise };
}

function toPort(text: string | null): number | null {
  const port = Number(text);
  return text !== null && Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
