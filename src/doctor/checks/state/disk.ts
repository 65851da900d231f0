import { formatBytes } from '../../../domain/format.ts';
import { defineCheck, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

const GIB = 1024 ** 3;
/** Below this the embedded server cannot even keep its log of changes for long. */
const LEAST = 0.25 * GIB;
const WANTED = GIB;

export const check = defineCheck({
  id: 'disk',
  kind: 'state',
  title: 'Space on its disk',
  purpose: 'Go on writing the journal.',
  without: 'No alert is acknowledged and nothing can be decided once the disk is full.',
  check({ freeBytes }) {
    if (freeBytes === null)
      return {
        status: 'unknown',
        found: 'an external server does not tell; watch it with its own monitoring',
      };
    if (freeBytes >= WANTED) return ok(`${formatBytes(freeBytes)} free`);
    return {
      status: freeBytes < LEAST ? 'missing' : 'advice',
      found: `Only ${formatBytes(freeBytes)} are free.`,
      remedy: inWords(
        'Enlarge the volume of state.directory, or move it; state.retention keeps the state small.',
      ),
    };
  },
});
