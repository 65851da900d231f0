import { connectionNumbers, until } from '../../slack/sandbox-control.ts';
import type { FirebreakProcess } from '../world/firebreak-process.ts';
import type { Scene, ServeOptions } from '../world/scene.ts';

/** One of several Firebreaks on one state. */
export interface Replica {
  readonly process: FirebreakProcess;
  readonly instance: string;
  /** Numbers of its two connections at Slack. */
  readonly connections: readonly number[];
}

const CONNECT_MS = 60_000;

/** Starts a replica and waits until it runs and both its connections stand. */
export async function startReplica(scene: Scene, options: ServeOptions = {}): Promise<Replica> {
  const before = await connectionNumbers(scene.slack);
  const process = scene.serve(options);
  if ((await process.started()) === 'ended') throw new Error(`It did not start:\n${process.output()}`);
  const connections = await until(
    'both connections of a replica',
    async () => {
      const added = (await connectionNumbers(scene.slack)).filter((number) => !before.includes(number));
      return added.length >= 2 ? added : undefined;
    },
    CONNECT_MS,
  );
  return { process, instance: process.instance() ?? '', connections };
}

/** Starts them one after the other, so that it is known whose connections are whose. */
export async function startReplicas(scene: Scene, count: number): Promise<readonly Replica[]> {
  const replicas: Replica[] = [];
  while (replicas.length < count) replicas.push(await startReplica(scene));
  return replicas;
}
