import type { Cause } from '../domain/cause.ts';
import type { DiagnosisFacts } from './facts.ts';
import type { Pressure } from './pressure.ts';

/** One explanation that diagnosis knows; one file in src/diagnosis/causes. */
export interface CauseRule {
  /** Kebab-case, the name of the file. */
  readonly kind: string;
  /** Returns the cause when the facts speak for it, else null. Never throws. */
  detect(facts: DiagnosisFacts, pressure: Pressure): Cause | null;
}
