import { resolve } from 'node:path';

/** The folder of the runbooks that come with Firebreak. */
export const SHIPPED_RUNBOOKS = resolve(import.meta.dirname, '..', '..', 'runbooks');
