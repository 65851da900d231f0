import { Command } from 'commander';
import { inSuspension } from '../test/faults/replicas/moments.ts';
import { openStateView } from '../test/faults/replicas/state-view.ts';
import { startReplicas } from '../test/faults/replicas/troupe.ts';
import { openWorlds, type World } from '../test/faults/world.ts';
import { sendTo } from '../test/slack/sandbox-control.ts';

/**
 * How long the others need when the replica at work is killed: two replicas on one PostgreSQL, kill -9 between the intent
 * of an effect and the effect. Prints p50, p95 and the longest, in seconds: until a survivor holds the incident, and until
 * its first event stands in the journal, for which it looks at the world first.
 */
const program = new Command('takeover')
  .description('Kills the replica at work so many times, and prints how long the handover took.')
  .option('--times <n>', 'how many kills', Number, 20)
  .addHelpText('after', '\nExample:\n  $ npx node bench/takeover.ts --times 20');
const { times } = program.parse().opts<{ times: number }>();

await using stack = new AsyncDisposableStack();
const [world] = await openWorlds(stack, 1);
if (world === undefined) throw new Error('There is no world.');
const measured: { held: number; event: number }[] = [];
for (let count = 1; count <= times; count += 1) {
  const { held, event } = await killOne(world);
  measured.push({ held, event });
  console.error(`${count}: held after ${held.toFixed(2)} s, next event after ${event.toFixed(2)} s`);
}
console.log(`kill -9 → a survivor holds the incident:  ${told(measured.map(({ held }) => held))}`);
console.log(`kill -9 → the survivor's first event:     ${told(measured.map(({ event }) => event))}`);

async function killOne(on: World): Promise<{ held: number; event: number }> {
  await using scene = await on.fresh({ state: 'postgres' });
  const replicas = await startReplicas(scene, 2);
  await using view = await openStateView(scene);
  await inSuspension.prepare?.(scene);
  await scene.sender.send();
  const over = new AbortController();
  const handled = scene.responder.untilClosed({ signal: over.signal });
  await inSuspension.reached(scene, view);
  const holder = await view.holder();
  const struck = replicas.find(({ instance }) => instance === holder);
  if (struck === undefined) throw new Error('No replica is at work.');
  await sendTo(scene.slack, []);
  const killedAt = Date.now();
  struck.process.kill('SIGKILL');
  await view.heldByOther([struck.instance]);
  const held = (Date.now() - killedAt) / 1000;
  const completed = await view.entry('effect.completed', 'suspend');
  const next = (await view.entries()).find(({ atMs }) => atMs > killedAt) ?? completed;
  over.abort();
  await handled;
  return { held, event: (next.atMs - killedAt) / 1000 };
}

function told(seconds: readonly number[]): string {
  const sorted = seconds.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return `p50 ${at(0.5).toFixed(2)} s · p95 ${at(0.95).toFixed(2)} s · longest ${at(1).toFixed(2)} s (${sorted.length} kills)`;
}
