import type { z } from 'zod';
import { readCarried } from './carried.ts';
import { type Interaction, readInteraction } from './interaction.ts';

/** A press of a button that belongs to no incident. */
export interface Press extends Pick<Interaction, 'id' | 'by' | 'whereabouts' | 'triggerId'> {
  /** What the button carried. Throws when it is none of ours. */
  value<T>(schema: z.ZodType<T>): T;
}

/** Throws when the payload is not as Slack documents it. */
export function readPress(body: unknown): Press {
  const { carried, state: _, ...interaction } = readInteraction(body);
  return { ...interaction, value: (schema) => readCarried(schema, carried) };
}
