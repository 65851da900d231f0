import { expect, test } from 'vitest';
import type { Incident } from '../../../src/domain/incident.ts';
import { launchChromium, withoutBrowser } from '../../support/chromium.ts';
import { ALICE, AT, alert, attempt, cause, outcome, view } from '../fixtures.ts';
import { createRig, renderAll } from '../support.ts';

/** The screen of a phone, in CSS pixels. */
const PHONE = { width: 390, height: 844 };

const long = (word: string) => `${word} `.repeat(60);

/** An incident in which everything is as long as it can be, and somebody is in charge with many others. */
function worst(): Incident {
  const facts = ['CPU', 'Connections', 'Standby'].map((name) => ({
    name: long(name),
    value: long('97'),
    trend: 'rising' as const,
  }));
  const found = cause({ title: long('Analytical queries hold every connection') });
  const diagnosed = attempt('diagnose', 'passed', {
    outcome: outcome({ causes: [found], facts }),
    times: { completedAt: AT },
  });
  const kill = attempt('kill', 'awaiting');
  const waiting = { ...kill, step: { ...kill.step, title: long('Terminate the sessions') } };
  const approval = { by: ALICE, at: AT, selection: { targets: [], choices: {} } };
  return view([diagnosed, { ...waiting, approval }], {
    title: long('order-service: connection pool exhausted'),
    database: long('orders-primary'),
    service: long('order-service'),
    severity: long('critical'),
    causes: [found],
    causeAt: AT,
    mitigatedAt: AT,
    alerts: Array.from({ length: 12 }, (_, index) => ({
      alert: alert({ fingerprint: String(index) }),
      at: AT,
    })),
    lead: { who: ALICE, since: AT },
    responders: Array.from({ length: 9 }, (_, index) => ({ ...ALICE, id: `U0BOB${index}` })),
  }).incident;
}

const listed = (id: string) => ({ approver: id, people: [id], problem: null });

test.skipIf(withoutBrowser)(
  'the message of an incident is never longer than one screen of a phone',
  { timeout: 60_000 },
  async () => {
    const rig = await createRig();
    rig.desk.views.set('INC-1', { incident: worst(), progress: null });
    rig.desk.deciders = ['SDBA', 'SSRE'].map((approver) => ({ approver, people: [], problem: 'no answer' }));
    rig.desk.deciders = [...rig.desk.deciders, ...[1, 2, 3, 4].map((one) => listed(`U0BOB${one}`))];
    await renderAll(rig.bot);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage({ viewport: PHONE });
      await page.goto(`${rig.sandbox.url}/?user=U0ALICE`);
      await page.waitForSelector('body[data-ready]');
      await page
        .locator('.pane-channel')
        .getByText(/ from .* or /)
        .waitFor();
      const message = page.locator('.pane-channel [data-ts]').first();
      await message.getByRole('button', { name: 'Close incident' }).waitFor();
      const box = await message.boundingBox();
      expect(box?.width).toBeLessThanOrEqual(PHONE.width);
      expect(box?.height).toBeLessThanOrEqual(PHONE.height);
    } finally {
      await browser.close();
    }
  },
);
