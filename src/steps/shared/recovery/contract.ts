import { z } from 'zod';

export const Params = z.strictObject({
  slotShareBelow: z.number().gt(0).max(1).default(0.7).describe('Share of the usable connection slots'),
  onCpuPerCoreBelow: z
    .number()
    .gt(0)
    .default(0.9)
    .describe('On-CPU sessions for each core, or CPU share when the cores are unknown'),
  lagBytesBelow: z
    .number()
    .min(0)
    .default(16 * 1024 * 1024)
    .describe('Unreplayed bytes of the slowest standby'),
  waitersBelow: z.int().min(1).default(3).describe('Sessions that wait for locks'),
  poolWaitSecondsBelow: z
    .number()
    .gt(0)
    .default(1)
    .describe('Seconds that the first client waits in a PgBouncer, where one is configured'),
  slotRetainedBytesBelow: z
    .number()
    .gt(0)
    .nullable()
    .default(null)
    .describe('Log that a replication slot keeps on the primary, in bytes; not judged when left out'),
  quietSamples: z.int().min(1).max(100).default(5).describe('Quiet samples in a row that mean recovered'),
  everySeconds: z.number().min(2).max(60).default(2).describe('Seconds between samples'),
  timeoutMinutes: z.number().min(0.1).max(240).default(30).describe('Minutes after which it is given up'),
});
export type Params = z.output<typeof Params>;
