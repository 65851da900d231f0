import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/domain/audit.ts';
import { step } from '../../src/steps/audits/run.ts';
import { auditReport } from '../support/audit-facts.ts';
import { createWorld, runStep } from '../support/ports.ts';

function finding(audit: string, subject: string, severity: Finding['severity'] = 'high'): Finding {
  return {
    audit,
    title: `Missing: ${audit}`,
    todo: 'Set statement_timeout',
    severity,
    subject,
    evidence: 'It is not set.',
    why: 'It runs for ever.',
    remedy: { text: 'Set it.', commands: [] },
    docs: `docs/audits.md#${audit}`,
    fingerprint: `${audit}/${subject}`,
    expired: null,
  };
}

describe('audits.run', () => {
  it('lists what is red, and leaves out what asks for nothing', async () => {
    const world = createWorld();
    world.report = auditReport({
      findings: [
        finding('statement-timeout', 'role app'),
        finding('statement-timeout', 'role report'),
        finding('statement-timeout', 'role dump', 'info'),
        finding('resource-quota', 'namespace analytics'),
      ],
    });
    const { outcome, verdict } = await runStep(world, step);
    expect(outcome.summary).toBe('2 audits are red, with 3 findings.');
    expect(outcome.table?.rows.map(([, about]) => about)).toEqual([
      'role app',
      'role report',
      'namespace analytics',
    ]);
    expect(verdict.status).toBe('passed');
  });

  it('says the second time what has become green, what is new, and what is left, by a reading of its own', async () => {
    const world = createWorld();
    const [app, report] = [finding('statement-timeout', 'role app'), finding('lock-timeout', 'role report')];
    world.report = auditReport({ findings: [app, report] });
    const first = await runStep(world, step);
    const fresh = finding('invalid-index', 'index orders_total');
    world.report = auditReport({ findings: [report, fresh] });
    const again = await runStep(world, step, { earlier: [first] });
    expect(again.outcome.summary).toBe('1 finding is gone, 1 new. 2 audits are still red, with 2 findings.');
    expect(again.outcome.table?.rows).toEqual([
      ['green now', 'role app', 'Missing: statement-timeout'],
      ['new', 'index orders_total', 'Missing: invalid-index'],
      ['still red', 'role report', 'Missing: lock-timeout'],
    ]);
    expect(world.auditedSince).toEqual([false, true]);
  });

  it('does not call green what could not be read', async () => {
    const world = createWorld();
    const notChecked = {
      audit: 'resource-quota',
      title: 'q',
      because: 'unreadable' as const,
      why: 'No answer.',
    };
    world.report = auditReport({ notChecked: [notChecked] });
    const { verdict } = await runStep(world, step);
    expect(verdict).toMatchObject({
      status: 'inconclusive',
      evidence: 'Not everything could be read: No answer.',
    });
  });
});
