import type { AlertFormat } from './alert-format.ts';
import { alertmanager } from './sources/alertmanager.ts';
import { generic } from './sources/generic.ts';

/** Every form of alert that is understood, by id. */
export const alertFormats: Readonly<Record<'alertmanager' | 'generic', AlertFormat>> = {
  alertmanager,
  generic,
};
