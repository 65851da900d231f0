import { expect, test } from 'vitest';
import { validateBlocks } from '../../src/sandbox/slack/block-kit/validate.ts';
import { homeView } from '../../src/slack/blocks/home-view.ts';
import type { Linked } from '../../src/slack/blocks/incident-lines.ts';
import { ALICE, AT, attempt, cause, HOSTILE, view } from './fixtures.ts';
import { calls, homeWith, openHome } from './sandbox-control.ts';
import { createDesk, renderAll, startRig } from './support.ts';

const down = {
  system: 'postgres' as const,
  name: 'orders primary, to read',
  state: 'down' as const,
  since: AT,
  lastError: { code: 'database-unreachable', message: 'Database orders cannot be reached.', at: AT },
};

test('shows what is open, what waits for me and which connection is down, and follows what changes', async () => {
  const rig = await startRig();
  rig.board.push({ ...down, state: 'up', name: 'orders primary, to signal', lastError: null });
  await openHome(rig.sandbox, 'U0ALICE');
  await homeWith(
    rig.sandbox,
    'U0ALICE',
    /No decision waits for you.*No incident is open.*none is down.*None was recorded/,
  );
  const open = view([attempt('kill', 'awaiting')], { causes: [cause()] });
  rig.desk.views.set('INC-1', open);
  rig.desk.mine = [open.incident];
  rig.board.push(down);
  await renderAll(rig.bot);
  const blocks = await homeWith(rig.sandbox, 'U0ALICE', /Waiting for you: 1.*No other incident is open/);
  expect(blocks.match(/"text":"INC-1"/g)).toHaveLength(1);
  expect(blocks.match(/Waiting for a decision|Waiting for a/g)).toHaveLength(1);
  expect(blocks).toMatch(/"url":"http[^"]*","text":"INC-1"/);
  expect(blocks).toMatch(/Connections: 1 down.*🔴 down.*orders primary, to read.*cannot be reached.*🟢 up/);
});

test('somebody of another workspace is shown nothing', async () => {
  const rig = await startRig();
  await openHome(rig.sandbox, 'U0EVE');
  await openHome(rig.sandbox, 'U0ALICE');
  await homeWith(rig.sandbox, 'U0ALICE', /No incident is open/);
  const published = await calls(rig.sandbox, 'views.publish');
  expect(published.map(({ args }) => args.user_id)).toEqual(['U0ALICE']);
});

test('when the incidents cannot be read, the connections are shown all the same', async () => {
  const desk = createDesk();
  desk.waitingFor = async () => {
    throw new Error('The state is away.');
  };
  const rig = await startRig({ desk });
  rig.board.push(down);
  await openHome(rig.sandbox, 'U0ALICE');
  await homeWith(
    rig.sandbox,
    'U0ALICE',
    /Incidents cannot be read: The state is away\..*Connections: 1 down/,
  );
});

test('a prevention run stands apart from incidents, and says when it waits for me', () => {
  const none = { connections: [], drill: null, onCall: [], problem: null };
  const run = { ...view([attempt('kill', 'awaiting')], { id: 'INC-2', purpose: 'prevention' }), url: null };
  const outage = { ...view([attempt('kill', 'awaiting')]), url: null };
  const shown = (open: Linked[], mine: Linked[]) => JSON.stringify(homeView({ ...none, open, mine }).blocks);
  expect(shown([outage, run], [outage, run])).toMatch(
    /Waiting for you: 1".*INC-1.*No other incident is open.*Prevention: 1 open, 1 waiting for you.*INC-2/,
  );
  expect(shown([run], [run])).toMatch(
    /No incident waits for you.*No incident is open.*Prevention: 1 open, 1/,
  );
  expect(shown([run], [])).toMatch(
    /No decision waits for you.*No incident is open.*Prevention: 1 open".*INC-2/,
  );
  expect(shown([outage], [outage])).not.toContain('Prevention');
});

test('is valid for Slack with as much as there may be, and with hostile text', () => {
  const { incident } = view([attempt('kill', 'awaiting')], { title: HOSTILE, database: HOSTILE });
  const many = <T>(one: T, count: number): T[] => Array.from({ length: count }, () => one);
  const run = { incident: { ...incident, purpose: 'prevention' as const }, url: null };
  const home = homeView({
    open: [...many({ incident, url: 'https://slack.example/p1' }, 30), ...many(run, 30)],
    mine: many({ incident, url: null }, 30),
    connections: many(
      { ...down, name: HOSTILE, lastError: { code: 'x', message: HOSTILE, at: HOSTILE } },
      100,
    ),
    drill: {
      scenario: HOSTILE,
      ok: false,
      problems: [HOSTILE],
      recoverySeconds: 80,
      version: '0.1.0',
      by: ALICE,
      at: AT,
    },
    onCall: [
      { source: 'primary', people: [{ name: HOSTILE, email: null, slackId: null, until: AT }] },
      { source: 'second', problem: HOSTILE },
    ],
    problem: HOSTILE,
  });
  expect(validateBlocks(home.blocks, 'home', ['blocks'])).toMatchObject({ ok: true });
  expect(JSON.stringify(home.blocks)).toContain('recovered 1m20s after the alert');
});
