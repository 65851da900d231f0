import type { GateVerdict } from '../../domain/gate.ts';

/** Exit codes of a verdict; 1 and 2 mean that there is none. */
export const verdictCodes: Readonly<Record<GateVerdict, number>> = { allow: 0, replica: 3, deny: 4 };

/** The same for a help text. */
export const EXIT_CODES = `Exit code: 0 allowed; 3 run it on the replica; 4 denied; 1 there is no verdict; 2 it was called wrong.`;
