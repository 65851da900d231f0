import { z } from 'zod';

/** A person, known by the id that the lists of authority name: two ids are two people. */
export const Person = z.object({
  kind: z.literal('person'),
  id: z.string(),
  name: z.string(),
  via: z.enum(['slack', 'terminal']),
});
export type Person = z.infer<typeof Person>;

/** Who did something: a person in Slack or at a terminal, a standing policy that a person enabled, or Firebreak itself. */
export const Actor = z.discriminatedUnion('kind', [
  Person,
  z.object({ kind: z.literal('policy'), id: z.string(), name: z.string() }),
  z.object({ kind: z.literal('system') }),
]);
export type Actor = z.infer<typeof Actor>;

/**
 * What a decision permits. `observe` only reads; `workload` changes CronJobs and Jobs;
 * `session` cancels or terminates PostgreSQL sessions; `incident` opens, closes or aborts.
 */
export const ActionClass = z.enum(['observe', 'workload', 'session', 'incident']);
export type ActionClass = z.infer<typeof ActionClass>;

/** A Slack user id as a mention that Slack renders. */
export function actorLabel(id: string): string {
  return `<@${id}>`;
}
