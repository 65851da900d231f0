import type { WorkloadRef } from '../domain/cluster.ts';
import type { Command } from '../domain/plan.ts';
import type { SessionIdentity } from '../domain/snapshot.ts';

type Named = Pick<WorkloadRef, 'namespace' | 'name'>;

/** Looks at a CronJob and its Jobs. */
export function lookAtCronJob({ namespace, name }: Named): Command {
  return {
    label: `is ${namespace}/${name} suspended, and what of it runs`,
    language: 'text',
    text: `kubectl -n ${namespace} get cronjob,job,pod -o wide | grep -E 'NAME|${name}'`,
  };
}

/** Suspends a CronJob; it may be done twice. */
export function suspendByHand({ namespace, name }: Named): Command {
  return {
    label: `suspend ${namespace}/${name} by hand`,
    language: 'text',
    text: `kubectl -n ${namespace} patch cronjob ${name} --type merge -p '{"spec":{"suspend":true}}'`,
  };
}

/** Ends one session, guarded by what identifies it on its server: no row back means that it is not there any more. */
export function signalByHand(session: SessionIdentity, how: 'cancel' | 'terminate'): Command {
  const guard = [
    `pid = ${session.pid}`,
    `backend_start = '${session.backendStart}'`,
    ...(session.xactStart === null ? [] : [`xact_start = '${session.xactStart}'`]),
    ...(session.serverStart === null ? [] : [`pg_postmaster_start_time() = '${session.serverStart}'`]),
  ].join(' AND ');
  return {
    label: `${how} pid ${session.pid} in psql, if it is still the same`,
    language: 'sql',
    text: `SELECT pg_${how}_backend(pid), usename FROM pg_stat_activity WHERE ${guard};`,
  };
}
