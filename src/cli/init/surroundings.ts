import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Surroundings } from '../../init/detect.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Reads what can be detected from. What cannot be read is not there. */
export async function readSurroundings(environment: Surroundings['environment']): Promise<Surroundings> {
  const [first = ''] = (environment.KUBECONFIG ?? join(homedir(), '.kube', 'config')).split(delimiter);
  return {
    environment,
    serviceAccount: await serviceAccount(),
    kubeconfig: existsSync(first) ? { file: first, text: await textOf(first) } : null,
  };
}

async function serviceAccount(): Promise<Surroundings['serviceAccount']> {
  if (!existsSync(join(SERVICE_ACCOUNT, 'token'))) return null;
  const [namespace, token] = await Promise.all([
    textOf(join(SERVICE_ACCOUNT, 'namespace')),
    textOf(join(SERVICE_ACCOUNT, 'token')),
  ]);
  return { namespace, token };
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '');
}
