import type { Scenario } from '../scenario.ts';
import { slotSymptom } from '../stage/measure.ts';
import type { SqlProgram } from '../stage/sql-program.ts';
import type { Stage } from '../stage/stage.ts';
import { podTemplate } from '../stage/workloads.ts';

const PODS = 6;
/** Connections of each pod before. */
const SMALL_POOL = 1;
/** Share of the slots that all pods want afterwards. */
const WANTED = 0.78;

/** A service is deployed with a bigger pool: pods × pool is more than the slots have room for. */
export const scenario: Scenario = {
  id: 'connection-storm',
  title: 'A service is deployed with a bigger pool, and its pods take all slots',
  alert: 'PostgreSQLMaxConnectionsReached',
  needs: {},
  expected: ({ names }) => ({
    cause: 'connection-storm',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: ['kubernetes.rollback-deployment'],
    guilty: [],
    workloads: [`Deployment ${names.services}/${names.other}`],
  }),
  async prepare(stage) {
    const { names } = stage.shape;
    const program = poolOf(stage, SMALL_POOL);
    await stage.deployment({ namespace: names.services, name: names.other, pods: PODS, program });
    await stage.until('the pods of the old revision are connected', async () => {
      const rows = await stage.sql('select from pg_stat_activity where usename = $1', [names.otherRole]);
      return rows.length === PODS * SMALL_POOL;
    });
  },
  async provoke(stage) {
    const { names, size } = stage.shape;
    const command = await stage.program(poolOf(stage, Math.floor((WANTED * size.maxConnections) / PODS)));
    await stage.cluster.patch(`/apis/apps/v1/namespaces/${names.services}/deployments/${names.other}`, {
      spec: { template: podTemplate(names.other, command, 'Always') },
    });
  },
  symptom: slotSymptom,
};

function poolOf({ shape: { names } }: Stage, sessions: number): SqlProgram {
  return {
    role: names.otherRole,
    application: names.other,
    sessions,
    steps: ['select 1'],
    afterwards: 'hold',
    onError: 'reconnect',
    direct: true,
  };
}
