import { afterAll, beforeAll, expect, it } from 'vitest';
import { openState } from '../../src/adapters/state/open-state.ts';
import { createDrills } from '../../src/engine/drills.ts';
import { quiet, startServer, type TestServer } from '../adapters/state/support.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.end());

it('keeps rehearsals in the journal, which stays whole, and tells the last one', async () => {
  const state = await openState({ url: await server.createDatabase(), logger: quiet, instance: 'test' });
  try {
    const drills = createDrills(state.journal);
    expect(await drills.last()).toBeNull();
    const by = { kind: 'person', id: 'ann', name: 'ann', via: 'terminal' } as const;
    const drill = { scenario: 'outage', ok: true, problems: [], recoverySeconds: 71.5, version: '0.1.0', by };
    await drills.record({ ...drill, ok: false, problems: ['No thread was opened.'] });
    await drills.record(drill);
    expect(await drills.last()).toMatchObject({ ...drill, at: expect.any(String) });
    expect((await drills.recent(10)).map(({ ok }) => ok)).toEqual([false, true]);
    expect(await drills.recent(1)).toHaveLength(1);
    expect(await state.journal.verify()).toMatchObject({ chainOk: true, events: 2 });
  } finally {
    await state.stop();
  }
});
