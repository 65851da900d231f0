import type { GateAccess } from '../../../domain/access.ts';
import { connectGate, type PlanningPlace } from './connection.ts';
import { readRole } from './role.ts';

/** Connects as the gate's role and reads what it may do, also when the gate would refuse it. Throws when it cannot connect. */
export async function readGateAccess(place: PlanningPlace, signal: AbortSignal): Promise<GateAccess> {
  const { client, told, close } = await connectGate(place, signal);
  try {
    const { role, database, unreadable } = await told(async () => readRole(client));
    return { role, database, unreadable };
  } finally {
    await close();
  }
}
