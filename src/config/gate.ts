import type { GatePolicy } from '../domain/gate.ts';
import type { Secret } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { GateConfig } from './config.ts';
import type { ConfigFile } from './schema.ts';

type Database = ConfigFile['databases'][number];

/** The cost gate of a database; nothing where none is configured. */
export function gateOf(
  { name, gate, replicas }: Database,
  common: GatePolicy,
  secret: (ref: SecretRef, use: string) => Secret,
): { gate?: GateConfig } {
  if (gate === undefined) return {};
  const [first] = replicas;
  const replica =
    gate.replica ??
    (first === undefined ? null : addressOf(secret(first.url, `replica ${first.name} of ${name}`)));
  const url = secret(gate.url, `the role of the cost gate for ${name}`);
  return { gate: { url, replica, policy: gate.policy ?? common } };
}

/** Host and port of a URL; null when there is no host in it, as with a socket. */
function addressOf(url: Secret): { host: string; port: number } | null {
  const parsed = URL.parse(url.reveal());
  const host = parsed?.searchParams.get('host') ?? parsed?.hostname ?? '';
  return host === '' ? null : { host, port: Number(parsed?.port || 5432) };
}
