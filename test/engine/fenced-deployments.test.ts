import { expect, it } from 'vitest';
import { fencedPorts } from '../../src/engine/fenced-ports.ts';
import { deployment, revision } from '../support/fixtures.ts';
import { createWorld } from '../support/ports.ts';

it('changes no Deployment when the hold on the incident is lost', async () => {
  const world = createWorld();
  const lost = new Error('the hold is lost');
  const { ports, signal } = world.context();
  const { workloads } = fencedPorts(ports, () => Promise.reject(lost));
  await expect(workloads.scaleDeployment(deployment(), 1, { dryRun: false }, signal)).rejects.toBe(lost);
  await expect(
    workloads.rollBackDeployment(deployment(), revision(6), { dryRun: false }, signal),
  ).rejects.toBe(lost);
  expect(world.changes).toEqual([]);
});
