import type { V1EnvVar } from '@kubernetes/client-node';
import type { ShownValue } from '../../domain/cluster-guardrails.ts';

/** A value of another variable, as Kubernetes puts it in: nothing of it stands here. */
const REFERENCE = /^\$\([A-Za-z_][\w.-]*\)$/;
const NAME = /^(?:[\w.,:%+~/-]|\$\([A-Za-z_][\w.-]*\))*$/;
const HOSTS = /^(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?(?:,(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?)*$/;
const URL_PARTS =
  /^(?<scheme>(?:jdbc:|r2dbc:)?postgres(?:ql)?(?:\+\w+)?:\/\/)(?:(?<account>[^/?#\s'"]*)@)?(?<hosts>[^@/?#\s'"]+)(?<path>\/[^?#\s'"]*)?(?:\?(?<query>[^#\s'"]*))?$/i;

/** Parameters of libpq, JDBC and common pools that hold no secret. */
const HARMLESS = new Set(
  `application_name applicationname channel_binding charset client_encoding connect_timeout connection_limit connecttimeout
  currentschema dbname encoding fallback_application_name gssencmode host keepalives keepalives_count keepalives_idle
  keepalives_interval load_balance_hosts loadbalancehosts logintimeout max_overflow pgbouncer pool_max pool_size pool_timeout
  poolsize port preferquerymode preparethreshold readonly require_auth schema search_path sockettimeout ssl sslcert sslkey
  sslmode sslnegotiation sslrootcert sslsni statement_timeout target_session_attrs targetservertype tcp_user_timeout
  tcpkeepalive timezone user`.split(/\s+/),
);

/**
 * What of a value may be shown. Each part must be known to be no secret; a password is replaced by a reference to a
 * variable of the container that is free. Everything else gives null, as a secret may be anywhere in it.
 */
export function shownValue({ name, value = '' }: V1EnvVar, env: readonly V1EnvVar[]): ShownValue | null {
  const names = env.map((other) => other.name);
  const free = freeName(`${name}_PASSWORD`, names);
  const reference = `$(${free})`;
  const text = inUrl(value, reference) ?? inKeywords(value, reference) ?? hostAlone(value);
  if (text === null) return null;
  return {
    text,
    passwordVariable: text.includes(reference) ? free : null,
    refersTo: [...new Set(names)].filter((one) => text.includes(`$(${one})`)),
  };
}

function freeName(wanted: string, names: readonly string[]): string {
  let free = wanted;
  for (let count = 2; names.includes(free); count += 1) free = `${wanted}_${count}`;
  return free;
}

function hostAlone(value: string): string | null {
  return HOSTS.test(value.trim()) ? value : null;
}

function inUrl(value: string, reference: string): string | null {
  const parts = URL_PARTS.exec(value)?.groups;
  if (parts === undefined) return null;
  const { scheme = '', account, hosts = '', path = '', query } = parts;
  const [user = '', ...words] = (account ?? '').split(':');
  const parameters = query === undefined ? [] : query.split('&').map((text) => inQuery(text, reference));
  if (!HOSTS.test(hosts) || !NAME.test(user) || !NAME.test(path) || parameters.includes(null)) return null;
  const password = words.length === 0 ? '' : `:${hidden(words.join(':'), reference)}`;
  const who = account === undefined ? '' : `${user}${password}@`;
  return `${scheme}${who}${hosts}${path}${query === undefined ? '' : `?${parameters.join('&')}`}`;
}

function inQuery(text: string, reference: string): string | null {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name.toLowerCase() === 'password') return `${name}=${hidden(value, reference)}`;
  return HARMLESS.has(name.toLowerCase()) && NAME.test(value) ? text : null;
}

/** By the grammar of libpq: `keyword = value`, a value in single quotes may have escapes. */
function inKeywords(value: string, reference: string): string | null {
  const pair = /(\s*([a-z_]+)\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s'\\]*)(?=\s|$)/y;
  let shown = '';
  while (pair.lastIndex < value.trimEnd().length) {
    const [, head = '', name = '', told = ''] = pair.exec(value) ?? [];
    const quote = told.startsWith("'") ? "'" : '';
    const plain = quote === '' ? told : told.slice(1, -1);
    if (name === 'password') shown += `${head}${quote}${hidden(plain, reference)}${quote}`;
    else if (HARMLESS.has(name) && NAME.test(plain)) shown += head + told;
    else return null;
  }
  return /(?:^|\s)host\s*=/.test(shown) ? shown : null;
}

/** An empty password and a reference to one are no secrets. */
function hidden(password: string, reference: string): string {
  return password === '' || REFERENCE.test(password) ? password : reference;
}
