import { expect, test } from 'vitest';
import type { Clock } from '../../../src/ports/clock.ts';
import { type Claim, createDirtyIncidents } from '../../../src/slack/outbox/dirty.ts';
import { createLanes } from '../../../src/slack/outbox/lanes.ts';
import type { OutboxAction } from '../../../src/slack/outbox/next-actions.ts';

/** A clock that is later each time that it is read, by as many milliseconds. */
function hastyClock(step: number): Clock {
  let now = Date.parse('2026-11-15T03:00:00Z');
  const tick = (): number => {
    now += step;
    return now;
  };
  return {
    now: () => new Date(tick()),
    steady: tick,
    sleep: () => Promise.resolve(),
  };
}

const post: OutboxAction = {
  do: 'post',
  urgency: 0,
  message: { key: 'parent', text: '', blocks: [], weight: 'state' as const, picture: null, contentHash: '' },
  row: null,
  parent: null,
};

test('a lane that opens while many wait belongs to whoever waited longest', () => {
  const lanes = createLanes(hastyClock(0.1));
  const row = createDirtyIncidents();
  const lane = lanes.laneOf(post, 'C1');
  let waiting = Array.from({ length: 200 }, (_, number): Claim => {
    const incident = row.mark(`INC-${number}`);
    return { lane, message: 'message:', urgency: 0, turn: incident.turn, incident };
  });
  for (let served = 0; served < 20; ) {
    const winner = lanes.winner(lane, waiting);
    if (winner === null) continue;
    expect(winner.incident.id).toBe(`INC-${served}`);
    waiting = waiting.filter((claim) => claim !== winner);
    lanes.begin(winner, post, waiting);
    lanes.end(winner, { status: 'done' });
    served += 1;
  }
});
