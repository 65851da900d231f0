import { beginOutage, endOutage, posted, until } from '../../slack/sandbox-control.ts';
import { ONCE } from '../world/judge.ts';
import { offersOf } from '../world/responder.ts';
import { backSaid, seconds, wait } from './calls.ts';
import type { Play } from './play.ts';
import type { Trouble } from './trouble.ts';

/** Lines that may be logged about one outage of a quarter of a minute. */
const MOST_LINES = 20;

/** The kill is approved, then Slack is away: it and what needs no decision goes on. */
function outageAfterDecision(kind: 'drop' | 'hang' | 'error'): Trouble {
  return {
    fault: `outage (${kind})`,
    boundary: 'after the last decision',
    async tell(play) {
      const { scene, open, run, recorded } = play;
      const process = await open();
      await run('suspend');
      await run('kill');
      await recorded('decision.recorded', 'kill');
      await beginOutage(scene.slack, { kind });
      const before = await posted(scene.slack);
      await recorded('incident.closed');
      await saidUnreachable(play, process.output);
      play.expect(
        JSON.stringify(await posted(scene.slack)) === JSON.stringify(before),
        'Something got into the channel during the outage.',
      );
      await endOutage(scene.slack);
      return await back(play, process.output);
    },
  };
}

export const outages: readonly Trouble[] = [
  outageAfterDecision('drop'),
  outageAfterDecision('hang'),
  outageAfterDecision('error'),
  {
    fault: 'outage, kill -9 and restart in it',
    boundary: 'after the last decision',
    allowed: { ...ONCE, ignoredCancels: ONCE.ignoredCancels + 1 },
    async tell(play) {
      const { scene, open, start, run, recorded } = play;
      const first = await open();
      await run('suspend');
      await run('kill');
      await recorded('decision.recorded', 'kill');
      await beginOutage(scene.slack, { kind: 'drop' });
      await wait(500);
      first.kill('SIGKILL');
      await first.exited;
      const second = await start();
      await recorded('incident.closed');
      await saidUnreachable(play, second.output);
      await endOutage(scene.slack);
      return await back(play, second.output);
    },
  },
  {
    fault: 'outage',
    boundary: 'while a card asks for a decision',
    async tell(play) {
      const { scene, open, run, recorded } = play;
      const process = await open();
      await run('suspend');
      await recorded('step.planned', 'kill');
      await beginOutage(scene.slack, { kind: 'drop' });
      await saidUnreachable(play, process.output);
      await wait(10_000);
      await endOutage(scene.slack);
      return await back(play, process.output);
    },
  },
  {
    fault: 'Web API away',
    boundary: 'at the click',
    async tell(play) {
      const { scene, open, run, recorded } = play;
      const process = await open();
      await recorded('step.planned', 'suspend');
      const card = async () =>
        (await posted(scene.slack)).some(({ message }) => offersOf(message).includes('step.run'));
      await until('the card asks', card, 20_000);
      await beginOutage(scene.slack, { kind: 'drop', sockets: false });
      await run('suspend');
      await recorded('effect.completed', 'suspend');
      await saidUnreachable(play, process.output);
      await endOutage(scene.slack);
      return await back(play, process.output);
    },
  },
  {
    fault: 'outage',
    boundary: 'from before the start',
    async tell(play) {
      const { scene, open, recorded } = play;
      await beginOutage(scene.slack, { kind: 'drop' });
      const process = await open();
      await recorded('step.planned', 'suspend');
      await saidUnreachable(play, process.output);
      const ready = await fetch(`${process.httpUrl()}/readyz`);
      play.expect(ready.status === 200, `/readyz answered ${ready.status} although alerts can be taken.`);
      play.expect(/unreachable/.test(await ready.text()), '/readyz does not say that Slack is unreachable.');
      await endOutage(scene.slack);
      return await back(play, process.output);
    },
  },
];

async function saidUnreachable(play: Play, output: () => string): Promise<void> {
  const said = await until('it is said', () => /Slack has been unreachable/.test(output()), 20_000).then(
    () => true,
    () => false,
  );
  play.expect(said, 'The log does not say that Slack is unreachable.');
}

/** Slack is back: the channel catches up and the incident ends. */
async function back(play: Play, output: () => string): Promise<string> {
  const began = Date.now();
  await play.close();
  const outcome = `closed ${seconds(began)} after Slack was back`;
  await backSaid(play, output);
  const lines = output()
    .split('\n')
    .filter((line) => /slack/i.test(line));
  play.expect(lines.length <= MOST_LINES, `${lines.length} lines about Slack were logged.`);
  return outcome;
}
