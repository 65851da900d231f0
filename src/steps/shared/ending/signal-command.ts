import type { Command } from '../../../domain/plan.ts';
import type { SessionIdentity } from '../../../domain/snapshot.ts';
import type { Endable, EndCtx } from './contract.ts';

/** One statement stands for all: a comment in front names what varies from session to session. */
export function signalCommand({ ports }: EndCtx, { session, first }: Endable, sessions: number): Command {
  const times = sessions > 1 ? ` · ${sessions} times, one per session` : '';
  const varies = [
    `pid ${session.pid}`,
    `backend_start ${session.backendStart}`,
    `query_start ${session.queryStart ?? 'none'}`,
    `how ${first}`,
  ];
  return {
    label: `pg_${first}_backend, guarded by identity${times}`,
    language: 'sql',
    text: `-- varies: ${varies.join(', ')}\n${ports.databases.signalStatement(session, first)}`,
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
