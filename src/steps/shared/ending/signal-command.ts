import type { Command } from '../../../domain/plan.ts';
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
