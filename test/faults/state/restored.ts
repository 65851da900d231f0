import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../slack/sandbox-control.ts';
import type { Findings, StateOf } from '../fault.ts';
import type { World } from '../world.ts';
import { firebreakCommand } from './command.ts';
import { approve } from './in-trouble.ts';
import { disturbedState } from './lane-server.ts';
import { external } from './lost-transactions.ts';

/** A backup is taken while an incident waits; the state is lost; the backup is restored, and the incident goes on. */
export async function restored(world: World, kind: StateOf): Promise<Findings> {
  await using stack = new AsyncDisposableStack();
  const state = kind === 'postgres' ? await disturbedState(stack) : null;
  await using scene = await world.fresh({
    state: kind,
    ...(state === null ? {} : { external: external(state) }),
  });
  const { installation } = scene;
  const first = scene.serve();
  await first.started();
  await scene.sender.send();
  await approve(scene, 'suspend');
  await until('the next card', async () =>
    (await scene.facts()).messages.some(
      ({ key, offers }) => key === 'step:kill:1' && offers.includes('step.run'),
    ),
  );
  const file = join(installation.directory, 'backup.jsonl');
  const backedUp = await firebreakCommand(installation, ['state', 'backup', file]);
  first.kill('SIGTERM');
  await first.exited;
  if (state === null) {
    await scene.killState();
    await rm(join(installation.directory, 'state'), { recursive: true });
  } else {
    await state.run('drop database state with (force)');
    await state.run('create database state owner firebreak_state');
  }
  const told = await firebreakCommand(installation, ['state', 'restore', file]);
  await scene.serve().started();
  await scene.responder.untilClosed();
  const findings = await scene.inspect('closed after the restore, in the same messages');
  const broken = [backedUp, told].flatMap(({ code, output }) => (code === 0 ? [] : [output]));
  return { ...findings, broken: [...findings.broken, ...broken] };
}
