import { describe, expect, it } from 'vitest';
import { attribute, attributionStrength } from '../../src/diagnosis/attribution.ts';
import { groupByOwner } from '../../src/diagnosis/owners.ts';
import { cluster, cronJob, job, pod, session } from '../support/fixtures.ts';

const text = (culprit: { evidence: readonly { text: string }[] }) =>
  culprit.evidence.map((item) => item.text).join(' ');

describe('attribute', () => {
  it('follows a unique running pod to its CronJob: strong', () => {
    const culprit = attribute(session(1), cluster());
    expect(culprit).toMatchObject({ kind: 'CronJob', namespace: 'analytics', name: 'report-generator' });
    expect(attributionStrength(culprit)).toBe('strong');
  });

  it('says once for all sessions of an owner which pods prove it, and keeps the strength', () => {
    const addresses = ['10.0.7.11', '10.0.7.12', '10.0.7.13', '10.0.7.14'];
    const podsByIp = Object.fromEntries(addresses.map((ip) => [ip, [pod(ip, { name: `pod-${ip}` })]]));
    const sessions = [...addresses, ...addresses].map((clientAddress, index) =>
      session(index, { clientAddress }),
    );
    const elsewhere = session(9, { clientAddress: '127.0.0.1' });
    const [owner, ...others] = groupByOwner([...sessions, elsewhere], cluster({ podsByIp }));
    expect(others).toEqual([]);
    expect(owner?.culprit.evidence[0]).toEqual({
      strength: 'strong',
      text: '8 sessions come from the addresses of 4 running pods (10.0.7.11, 10.0.7.12, 10.0.7.13, 1 more) of Job report-generator-28861356 of CronJob report-generator; no other pod has them.',
    });
    expect(owner && text(owner.culprit)).toContain('application_name is "report-generator"');
    expect(owner && attributionStrength(owner.culprit)).toBe('strong');
  });

  it('ignores a completed pod that keeps the address', () => {
    const finished = pod('10.0.7.11', { phase: 'Succeeded', name: 'old', owners: [] });
    const facts = cluster({ podsByIp: { '10.0.7.11': [finished, pod('10.0.7.11')] } });
    const culprit = attribute(session(1), facts);
    expect(culprit).toMatchObject({ kind: 'CronJob', name: 'report-generator' });
    expect(attributionStrength(culprit)).toBe('strong');
  });

  it('is weaker and says so when pods of several owners share the address', () => {
    const other = pod('10.0.7.11', { name: 'node-agent', hostNetwork: true, owners: [] });
    const facts = cluster({ podsByIp: { '10.0.7.11': [pod('10.0.7.11', { hostNetwork: true }), other] } });
    const byName = attribute(session(1), facts);
    expect(byName).toMatchObject({ kind: 'CronJob', name: 'report-generator' });
    expect(attributionStrength(byName)).toBe('medium');
    expect(text(byName)).toContain('2 running pods share the client address');
    const anonymous = attribute(session(1, { applicationName: '', user: 'app' }), facts);
    expect(anonymous.kind).toBe('role');
    expect(attributionStrength(anonymous)).toBe('weak');
  });

  it('does not take the one pod of a host network address for the client', () => {
    const facts = cluster({ podsByIp: { '10.0.7.11': [pod('10.0.7.11', { hostNetwork: true })] } });
    const culprit = attribute(session(1, { applicationName: 'psql', user: 'anna' }), facts);
    expect(culprit).toMatchObject({ kind: 'application', name: 'psql' });
    expect(text(culprit)).toContain('every process of that node has it');
  });

  it('takes psql from an address of no pod for a person, and psql in a pod of a Job for the Job', () => {
    const desk = attribute(
      session(1, { clientAddress: '192.168.4.20', applicationName: 'psql', user: 'anna' }),
      cluster(),
    );
    expect(desk).toMatchObject({ kind: 'person', name: 'anna' });
    expect(attributionStrength(desk)).toBe('medium');
    expect(attribute(session(1, { applicationName: 'psql' }), cluster())).toMatchObject({
      kind: 'CronJob',
      name: 'report-generator',
    });
  });

  it('takes no reporting server for a person, because many users share its role', () => {
    const culprit = attribute(
      session(1, { clientAddress: '192.168.4.20', applicationName: 'Metabase v0.50.1', user: 'metabase' }),
      cluster(),
    );
    expect(culprit).toMatchObject({ kind: 'application', name: 'Metabase v0.50.1' });
  });

  it('finds a Job that no CronJob owns by the name that its program gives itself', () => {
    const facts = cluster({
      podsByIp: {},
      jobs: [job('backfill-2024', { cronJob: null }), job('report-generator-28861356')],
    });
    const bare = { clientAddress: '127.0.0.1', applicationName: 'backfill-2024' };
    const culprit = attribute(session(1, bare), facts);
    expect(culprit).toMatchObject({ kind: 'Job', namespace: 'analytics', name: 'backfill-2024' });
    expect(attributionStrength(culprit)).toBe('medium');
  });

  it('falls back to the tag, then to the name, and says that a loopback address proves nothing', () => {
    const loopback = { clientAddress: '127.0.0.1', applicationName: 'pgbouncer' };
    const tagged = attribute(session(1, { ...loopback, tags: { job: 'invoice-mailer' } }), cluster());
    expect(tagged).toMatchObject({ kind: 'CronJob', name: 'invoice-mailer' });
    expect(attributionStrength(tagged)).toBe('medium');
    expect(text(tagged)).toContain('loopback address');
    const named = attribute(
      session(1, { clientAddress: null, applicationName: 'report-generator - 10.1.2.3:5000' }),
      cluster(),
    );
    expect(named).toMatchObject({ kind: 'CronJob', name: 'report-generator' });
  });

  it('takes a role that resembles a CronJob for a weak hint only', () => {
    const culprit = attribute(
      session(1, { clientAddress: '10.8.8.8', applicationName: 'node', user: 'report_generator' }),
      cluster(),
    );
    expect(culprit).toMatchObject({ kind: 'CronJob', name: 'report-generator' });
    expect(attributionStrength(culprit)).toBe('weak');
  });

  it('names nobody by a name that two CronJobs have', () => {
    const facts = cluster({
      podsByIp: {},
      cronJobs: [cronJob(), cronJob({ namespace: 'staging', uid: 'cj-9' })],
    });
    expect(attribute(session(1), facts).kind).not.toBe('CronJob');
  });

  it('finds the CronJob of a pod whose chain ends at the Job', () => {
    const short = pod('10.0.7.11', {
      owners: [{ kind: 'Job', name: 'report-generator-28861356', uid: 'uid-report-generator-28861356' }],
    });
    const culprit = attribute(session(1), cluster({ podsByIp: { '10.0.7.11': [short] } }));
    expect(culprit).toMatchObject({ kind: 'CronJob', name: 'report-generator' });
  });
});
