import type { CalledSystem, Telemetry } from '../ports/telemetry.ts';
import type { Ports } from '../steps/step-kind.ts';

/** The same ports and more; what asks a monitored system is told to telemetry. */
export function measuredPorts<P extends Omit<Ports, 'audits'>>(ports: P, telemetry: Telemetry): P {
  const { databases, poolers, workloads, metrics } = ports;
  return {
    ...ports,
    databases: measured(databases, telemetry, 'postgres', [
      'snapshot',
      'statements',
      'roleStatements',
      'replicaStatus',
      'signalBackend',
      'resumeReplay',
      'alive',
      'serverReadout',
      'relationReadout',
      'readSetting',
      'changeSetting',
      'heavyStatements',
      'indexSite',
      'buildIndex',
      'indexesToDrop',
      'dropIndex',
      'queryStatistics',
      'changeQueryStatistics',
      'captureReadout',
      'createPublication',
      'createSlot',
      'dropPublication',
      'dropSlot',
    ]),
    poolers: measured(poolers, telemetry, 'pgbouncer', ['read', 'pools', 'reconnect', 'resume']),
    workloads: measured(workloads, telemetry, 'kubernetes', [
      'facts',
      'guardrails',
      'cronJob',
      'batch',
      'routeCronJob',
      'unfinishedJobs',
      'completedJobs',
      'changeCronJob',
      'podUse',
      'bound',
      'createBound',
      'deleteBound',
      'suspendJob',
      'deleteJob',
      'deployment',
      'templateDifferences',
      'scaleDeployment',
      'rollBackDeployment',
    ]),
    metrics: measured(metrics, telemetry, 'prometheus', ['cpu', 'measure']),
  };
}

/** The same port, in which each of these methods is a call of the system. */
export function measured<T extends object, K extends keyof T & string>(
  port: T,
  telemetry: Telemetry,
  system: CalledSystem,
  methods: readonly K[],
): T {
  const wrapped = methods.map((name) => {
    const method = port[name] as (...args: unknown[]) => Promise<unknown>;
    return [name, async (...args: unknown[]) => telemetry.call(system, name, async () => method(...args))];
  });
  return { ...port, ...Object.fromEntries(wrapped) };
}
