import type { Moment, Trouble } from './in-trouble.ts';
import type { DisturbedState } from './lane-server.ts';

export interface ExternalTrouble {
  readonly fault: string;
  readonly moments: readonly Moment[];
  make(state: DisturbedState): Promise<Trouble>;
}

const AWAITED: Moment = 'a decision is awaited';
const KILL: Moment = 'in the middle of the kill';
const PROOF: Moment = 'the proof is measured';

const restarted =
  (mode: 'fast' | 'immediate') =>
  async (state: DisturbedState): Promise<Trouble> => ({
    away: true,
    lastsMs: 2_500,
    begin: async () => state.stop(mode),
    end: async () => state.start(),
  });

/** A setting that new sessions get, taken back later. */
const set =
  (begin: string, end: string) =>
  async (state: DisturbedState): Promise<Trouble> => ({
    away: true,
    async begin() {
      await state.run(begin);
      await state.endSessions();
    },
    async end() {
      await state.run(end);
      await state.endSessions();
    },
  });

const failedOver =
  (synchronous: boolean) =>
  async (state: DisturbedState): Promise<Trouble> => {
    const replica = await state.replica(synchronous);
    return {
      away: true,
      async begin() {
        await state.stop('immediate');
      },
      end: async () => replica.promote(),
    };
  };

/** What can happen to an external state, and when. */
export const externalTroubles: readonly ExternalTrouble[] = [
  { fault: 'state restarted (fast)', moments: ['before the alert', KILL], make: restarted('fast') },
  { fault: 'state restarted (immediate)', moments: [AWAITED, PROOF], make: restarted('immediate') },
  { fault: 'state fails over, synchronous', moments: [AWAITED, KILL], make: failedOver(true) },
  {
    fault: 'state read-only',
    moments: [AWAITED],
    make: set(
      'alter database state set default_transaction_read_only = on',
      'alter database state reset default_transaction_read_only',
    ),
  },
  {
    fault: 'state without a free connection',
    moments: [AWAITED],
    make: set('alter database state connection limit 0', 'alter database state connection limit -1'),
  },
  {
    fault: 'state without rights',
    moments: [AWAITED],
    make: set('alter role firebreak_state nologin', 'alter role firebreak_state login'),
  },
  {
    fault: 'state swallows answers',
    moments: [AWAITED],
    make: async ({ proxy }) => ({
      away: true,
      begin: async () => proxy.blackHole(true),
      end: async () => proxy.blackHole(false),
    }),
  },
  {
    fault: 'state slow, 2 s each answer',
    moments: [AWAITED],
    make: async ({ proxy }) => ({
      away: false,
      late: [202, 503],
      lastsMs: 6_000,
      begin: async () => proxy.slow(2_000),
      end: async () => proxy.slow(0),
    }),
  },
  {
    fault: 'answer to a commit lost',
    moments: [AWAITED, KILL],
    make: async ({ proxy }) => ({
      away: false,
      begin: async () => proxy.cutAt('commit', 'after', 3),
      end: async () => undefined,
    }),
  },
];
