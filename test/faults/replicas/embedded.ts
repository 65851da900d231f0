import type { Findings } from '../fault.ts';
import type { World } from '../world.ts';

const REASON =
  /error \[state-busy\] Another Firebreak uses the state in .*\n {2}→ .*one PostgreSQL for all \(state\.url\)/;

/** A second replica on an embedded state is refused with the reason, and the first goes on undisturbed. */
export async function secondOnEmbedded(world: World): Promise<Findings> {
  await using scene = await world.fresh({ state: 'embedded' });
  const first = scene.serve();
  await first.started();
  const second = scene.serve();
  const code = await second.exited;
  const said = second.output();
  await Promise.all([scene.sender.send(), scene.responder.untilClosed()]);
  const findings = await scene.inspect(`refused with exit code ${String(code)}, the first goes on`);
  const broken = [
    ...(code === 1 ? [] : [`The second ended with ${String(code)}.`]),
    ...(REASON.test(said) ? [] : [`The second gave no reason:\n${said}`]),
    ...(first.isRunning() ? [] : ['The first ended.']),
  ];
  return { ...findings, broken: [...findings.broken, ...broken] };
}
