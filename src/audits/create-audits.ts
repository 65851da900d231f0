import { abortable } from '../domain/abortable.ts';
import type { AuditReport } from '../domain/audit.ts';
import type { AuditPolicy } from '../domain/audit-policy.ts';
import type { Audits } from '../ports/audits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Audit } from './audit.ts';
import { checkFacts } from './check-facts.ts';
import type { DatabaseUnderAudit, Gathered } from './facts.ts';
import { type AuditPorts, gather } from './gather.ts';
import { suppress } from './suppress.ts';

/** A reading this young is used again: people ask twice, and the server may be in trouble. */
const REUSE_MS = 10_000;
/** Every statement and request has a limit of its own; this one is for all of them together. */
const LONGEST_MS = 60_000;

/** Hosts and roles of a database that the ports do not tell. */
export type KnownOfDatabase = Pick<DatabaseUnderAudit, 'hosts' | 'protectedRoles'>;

export interface AuditOptions {
  readonly audits: readonly Audit[];
  readonly policy: AuditPolicy;
  readonly known: (database: string) => KnownOfDatabase;
  readonly clock: Clock;
}

/** The audits over the configured databases. */
export function createAudits(ports: AuditPorts, options: AuditOptions): Audits {
  const recent = new Map<string, { readonly at: Date; readonly gathered: Promise<Gathered> }>();

  function facts(name: string, at: Date, since: Date | undefined): Promise<Gathered> {
    const last = recent.get(name);
    const oldest = Math.max(at.getTime() - REUSE_MS, since?.getTime() ?? 0);
    if (last !== undefined && last.at.getTime() > oldest) return last.gathered;
    const { service, replicas } = ports.databases.get(name);
    const database = {
      name,
      service,
      replicas,
      poolers: ports.poolers.names(name),
      ...options.known(name),
    };
    const signal = AbortSignal.timeout(LONGEST_MS);
    const gathered = gather(ports, { database, peak: options.policy.peak, at }, signal);
    recent.set(name, { at, gathered });
    gathered.catch(() => recent.delete(name));
    return gathered;
  }

  return {
    async run(name, signal, since): Promise<AuditReport> {
      signal.throwIfAborted();
      const gathered = await abortable(facts(name, options.clock.now(), since), signal);
      const { findings, checked, notChecked } = checkFacts(options.audits, gathered);
      const { at } = gathered;
      return {
        database: name,
        at: at.toISOString(),
        ...suppress(findings, { database: name, at, policy: options.policy.suppress }),
        checked,
        notChecked,
      };
    },
  };
}
