import { formatCount, formatShare } from '../domain/format.ts';
import { usableSlots } from '../domain/snapshot.ts';
import type { DiagnosisFacts } from './facts.ts';
import { isWorking } from './sessions.ts';

/** From here on the CPU is saturated: measured on a 2-core server, where 1.83 on-CPU sessions meant 100 % host CPU. */
const SATURATED = 0.9;
/** On-CPU sessions that count as pressure when neither the cores nor the CPU share are known. */
const MANY_ON_CPU = 6;
/** Share of the usable slots from which new connections are in danger. */
const SLOTS_TIGHT = 0.8;

/** How loaded the server is; null means that nobody could measure it. */
export interface Pressure {
  readonly slotShare: number;
  readonly slotsTight: boolean;
  /** On-CPU sessions for each core, or null when the cores are unknown. */
  readonly onCpuPerCore: number | null;
  readonly cpuSaturated: boolean;
  /** True when `cpuSaturated` rests on a count alone. */
  readonly cpuGuessed: boolean;
  readonly lockWaiting: number;
  /** More sessions at work, on a CPU or on input and output, than there are cores: AWS calls this DBLoad above vCPU. */
  readonly overworked: boolean;
}

/** Reads the pressure on the primary out of the facts. */
export function measurePressure({ snapshot, cpu }: Pick<DiagnosisFacts, 'snapshot' | 'cpu'>): Pressure {
  const slotShare = snapshot.slots.used / Math.max(1, usableSlots(snapshot.slots));
  const onCpuPerCore = snapshot.cores === null ? null : snapshot.onCpu / snapshot.cores;
  const cpuGuessed = onCpuPerCore === null && cpu === null;
  return {
    slotShare,
    slotsTight: slotShare >= SLOTS_TIGHT,
    onCpuPerCore,
    cpuSaturated: cpuGuessed
      ? snapshot.onCpu >= MANY_ON_CPU
      : (onCpuPerCore ?? 0) >= SATURATED || (cpu?.value ?? 0) >= SATURATED,
    cpuGuessed,
    overworked: snapshot.cores !== null && snapshot.sessions.filter(isWorking).length > snapshot.cores,
    lockWaiting: snapshot.groups.reduce((sum, group) => sum + group.lockWaiting, 0),
  };
}

/** Slots used, in words: `57 of 77 usable slots (74 %)`. */
export function describeSlots({ snapshot }: Pick<DiagnosisFacts, 'snapshot'>): string {
  const usable = usableSlots(snapshot.slots);
  return `${snapshot.slots.used} of ${usable} usable slots (${formatShare(snapshot.slots.used / Math.max(1, usable))})`;
}

/** CPU, in words, from the best source there is; a count alone is never given as a share. */
export function describeCpu({ snapshot, cpu }: Pick<DiagnosisFacts, 'snapshot' | 'cpu'>): string {
  const wanting = `${formatCount(snapshot.onCpu, 'session wants', 'sessions want')} a CPU`;
  const perCore =
    snapshot.cores === null
      ? `${wanting}; the number of cores is not configured, so this gives no share`
      : `${wanting}, there ${snapshot.cores === 1 ? 'is 1 core' : `are ${snapshot.cores} cores`} (${(snapshot.onCpu / snapshot.cores).toFixed(1)} for each)`;
  return cpu === null ? perCore : `${formatShare(cpu.value)} by ${cpu.source}; ${perCore}`;
}
