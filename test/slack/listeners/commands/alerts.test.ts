import { expect, test } from 'vitest';
import type { StoredAlert } from '../../../../src/ports/state.ts';
import { makeAlert } from '../../../support/domain.ts';
import { ALICE, AT } from '../../fixtures.ts';
import { told, type } from '../../sandbox-control.ts';
import { startRig } from '../../support.ts';

const stored = (id: string, reason: string): StoredAlert => ({
  id,
  alert: makeAlert({ name: 'DiskFull <!channel>' }),
  receivedAt: AT,
  repeats: 0,
  replayOf: null,
  settlement: { alertId: id, decision: 'ignored', reason, incidentId: null },
});

test('lists what opened no incident with its reason, and what is silent; status mentions it', async () => {
  const rig = await startRig();
  await type(rig.sandbox, 'U0ALICE', 'alerts');
  await told(rig.sandbox, 'U0ALICE', /Every alert of the last day opened or joined an incident/);
  rig.desk.alerts.held = {
    undecided: [stored('ALERT-7', 'No runbook names it.')],
    letters: [
      {
        id: 'LETTER-2',
        source: 'grafana',
        reason: 'alerts: missing',
        body: '{}',
        receivedAt: AT,
        lastAt: AT,
        count: 1,
      },
    ],
    silenced: [stored('ALERT-8', 'SIL-4 by Alice: reindexing')],
    flapping: [],
  };
  const hour = new Date(Date.now() + 3_600_000).toISOString();
  const matchers = [{ name: 'database', operator: '=' as const, value: 'orders' }];
  rig.desk.alerts.list = [
    { id: 'SIL-4', matchers, startsAt: AT, endsAt: hour, reason: 'reindexing', by: ALICE },
    { id: 'SIL-3', matchers, startsAt: AT, endsAt: AT, reason: 'over', by: ALICE },
  ];
  await type(rig.sandbox, 'U0ALICE', 'alerts');
  const blocks = await told(rig.sandbox, 'U0ALICE', /3 alerts of the last day opened no incident/);
  for (const part of ['ALERT-7', 'No runbook names it.', 'LETTER-2 from grafana', 'ALERT-8', 'SIL-4'])
    expect(blocks).toContain(part);
  expect(blocks).not.toContain('SIL-3');
  await type(rig.sandbox, 'U0ALICE', 'status');
  await told(rig.sandbox, 'U0ALICE', /No incident is open.*3 alerts of the last day.*db-triage alerts/s);
});
