import type { PlanningSession, QueryPlanner } from '../../../ports/gate.ts';
import { connectGate, type PlanningPlace } from './connection.ts';
import { planStatement } from './explain.ts';
import { tryIndex } from './hypothetical.ts';
import { readFacts } from './role.ts';

/** Makes plans as the gate's role, each session on a connection of its own. */
export function createPlanner(place: PlanningPlace): QueryPlanner {
  return { open: async (signal) => await open(place, signal) };
}

async function open(place: PlanningPlace, signal: AbortSignal): Promise<PlanningSession> {
  const { client, told, close } = await connectGate(place, signal);
  try {
    const facts = await told(async () => readFacts(client));
    const { hypopg } = facts;
    return {
      ...facts,
      plan: async (statement) => await told(async () => planStatement(client, statement)),
      tryIndex: async (statement, index) =>
        hypopg === null
          ? { status: 'unavailable' }
          : await told(async () => tryIndex(client, hypopg, statement, index)),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
