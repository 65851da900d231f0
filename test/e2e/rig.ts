import { z } from 'zod';
import type { Installation } from '../support/rig/install.ts';
import { type Child, startFirebreak } from './child.ts';

export type Serving = Child & { readonly httpUrl: string };

/** `firebreak serve` as a process of its own, ready. */
export async function serve({ configFile, env }: Pick<Installation, 'configFile' | 'env'>): Promise<Serving> {
  const child = startFirebreak(['serve', '--config', configFile], env);
  try {
    await child.said('Firebreak is running', 60_000);
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
  const line = child
    .stdout()
    .split('\n')
    .find((text) => text.includes('Firebreak is running'));
  const { http } = z.looseObject({ http: z.string() }).parse(JSON.parse(line ?? ''));
  return Object.assign(child, { httpUrl: http });
}
