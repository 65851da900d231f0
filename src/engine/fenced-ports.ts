import type { Confirm } from '../ports/state.ts';
import type { Ports } from '../steps/step-kind.ts';

/**
 * The outside systems, in which nothing is changed unless the hold on the incident was confirmed right before. A process
 * that was frozen after its intent, and has been replaced meanwhile, stops here when it goes on.
 */
export function fencedPorts(
  { databases, poolers, workloads, metrics, audits, advisor }: Ports,
  confirm: Confirm,
): Ports {
  return {
    metrics,
    audits,
    advisor,
    databases: {
      ...databases,
      async signalBackend(...request) {
        await confirm();
        return await databases.signalBackend(...request);
      },
      async resumeReplay(...request) {
        await confirm();
        return await databases.resumeReplay(...request);
      },
      async changeSetting(...request) {
        await confirm();
        return await databases.changeSetting(...request);
      },
      async buildIndex(...request) {
        await confirm();
        return await databases.buildIndex(...request);
      },
      async dropIndex(...request) {
        await confirm();
        return await databases.dropIndex(...request);
      },
      async changeQueryStatistics(...request) {
        await confirm();
        return await databases.changeQueryStatistics(...request);
      },
      async createPublication(...request) {
        await confirm();
        return await databases.createPublication(...request);
      },
      async createSlot(...request) {
        await confirm();
        return await databases.createSlot(...request);
      },
      async dropPublication(...request) {
        await confirm();
        return await databases.dropPublication(...request);
      },
      async dropSlot(...request) {
        await confirm();
        return await databases.dropSlot(...request);
      },
    },
    poolers: {
      ...poolers,
      async reconnect(...request) {
        await confirm();
        await poolers.reconnect(...request);
      },
      async resume(...request) {
        await confirm();
        return await poolers.resume(...request);
      },
    },
    workloads: {
      ...workloads,
      async changeCronJob(...request) {
        await confirm();
        return await workloads.changeCronJob(...request);
      },
      async routeCronJob(...request) {
        await confirm();
        await workloads.routeCronJob(...request);
      },
      async createBound(...request) {
        await confirm();
        return await workloads.createBound(...request);
      },
      async deleteBound(...request) {
        await confirm();
        await workloads.deleteBound(...request);
      },
      async suspendJob(...request) {
        await confirm();
        return await workloads.suspendJob(...request);
      },
      async deleteJob(...request) {
        await confirm();
        return await workloads.deleteJob(...request);
      },
      async scaleDeployment(...request) {
        await confirm();
        await workloads.scaleDeployment(...request);
      },
      async rollBackDeployment(...request) {
        await confirm();
        await workloads.rollBackDeployment(...request);
      },
    },
  };
}
