import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { attend } from '../../src/terminal/attend.ts';
import { type Line, paint } from '../../src/terminal/lines.ts';
import type { Screen } from '../../src/terminal/screen.ts';
import { startServer } from '../adapters/state/support.ts';
import { ACTING, openDesks, planFor } from '../engine/desks.ts';
import { anna, makeStep } from '../support/domain.ts';

it('a state that is away at the decision ends no sitting: it says that nothing was done, and asks again', async () => {
  const server = await startServer();
  onTestFinished(async () => server.end());
  const desks = await openDesks(await server.createDatabase(), [makeStep('kill', { kind: ACTING })], 1);
  await desks.engine(planFor('a'));
  const [replica] = desks.replicas;
  if (replica === undefined) throw new Error('There is no desk.');
  const printed: Line[] = [];
  const text = () => paint(printed, 80, false).join('\n');
  let away = false;
  let menus = 0;
  const screen: Screen = {
    print(lines) {
      printed.push(...lines);
      if (!away || !text().includes('Not done: ')) return;
      away = false;
      void server.start();
    },
    status: () => undefined,
    choose: async (_question, items) => {
      menus += 1;
      return (menus <= 2 ? items[0] : items.at(-1))?.value ?? null;
    },
    pick: async () => null,
    async confirm() {
      if (menus === 1) {
        away = true;
        await server.stop('immediate');
      }
      return true;
    },
    text: async () => null,
    secret: async () => null,
  };
  const left = await attend({
    desk: replica.desk,
    incidentId: 'INC-1',
    by: { ...anna, via: 'terminal' },
    screen,
    time: (iso) => iso,
    clock: systemClock,
    actionClassOf: () => 'session',
    signal: new AbortController().signal,
    interrupted: async () => undefined,
  });
  expect(left).toBe('left');
  expect(text()).toContain('Not done: ');
  expect((await desks.events()).filter(({ type }) => type === 'decision.recorded')).toHaveLength(1);
}, 60_000);
