import { sendTo } from '../../slack/sandbox-control.ts';
import type { Findings } from '../fault.ts';
import type { World } from '../world.ts';
import { inProof } from './moments.ts';
import { openStateView } from './state-view.ts';
import { startReplicas } from './troupe.ts';

/** Slack sends each click to the replica that is not at work: the first answer goes to one, what follows to the other. */
export async function clicksElsewhere(world: World): Promise<Findings> {
  await using scene = await world.fresh({ state: 'postgres' });
  const [one, other] = await startReplicas(scene, 2);
  if (one === undefined || other === undefined) throw new Error('There are not two replicas.');
  await using view = await openStateView(scene);
  await sendTo(scene.slack, one.connections);
  const handled = Promise.all([scene.sender.send(), scene.responder.untilClosed()]);
  handled.catch(() => undefined);
  await Promise.race([view.entry('effect.intended', 'suspend'), handled]);
  await sendTo(scene.slack, other.connections);
  await Promise.race([inProof.reached(scene, view), handled]);
  await handled;
  const acting = (await view.entries()).flatMap(({ type, step, instance }) =>
    type === 'effect.intended' && step !== 'watch' ? [instance] : [],
  );
  const names = acting.map((instance) => (instance === one.instance ? 'the first' : 'the second'));
  return await scene.inspect(
    `clicks taken by the first, then the second; executed by ${names.join(', then ')}`,
  );
}

/** The replica that took the alert dies while a person thinks; the other one takes the click. */
export async function deathWhileWaiting(world: World): Promise<Findings> {
  await using scene = await world.fresh({ state: 'postgres' });
  const [one, other] = await startReplicas(scene, 2);
  if (one === undefined || other === undefined) throw new Error('There are not two replicas.');
  await using view = await openStateView(scene);
  await scene.sender.send();
  await view.entry('step.planned', 'suspend');
  one.process.kill('SIGKILL');
  await one.process.exited;
  const clicks = await scene.responder.untilClosed();
  const entries = await view.entries();
  const at = (type: string) =>
    entries.find((entry) => entry.type === type && entry.step === 'suspend')?.atMs ?? Number.NaN;
  const ms = at('effect.intended') - at('decision.recorded');
  return await scene.inspect(`${clicks} clicks; the effect began ${ms.toFixed(0)} ms after the decision`);
}
