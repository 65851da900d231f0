import type { AlertFormat } from './alert-format.ts';
import { alertmanager } from './sources/alertmanager.ts';
import { cloudwatch } from './sources/cloudwatch.ts';
import { datadog } from './sources/datadog.ts';
import { generic } from './sources/generic.ts';
import { grafana } from './sources/grafana.ts';
import { opsgenie } from './sources/opsgenie.ts';
import { pagerduty } from './sources/pagerduty.ts';
import { sentry } from './sources/sentry.ts';

/** Every form of alert that is understood, by id. */
export const alertFormats = {
  alertmanager,
  grafana,
  pagerduty,
  datadog,
  cloudwatch,
  opsgenie,
  sentry,
  generic,
} satisfies Readonly<Record<string, AlertFormat>>;
export type FormatId = keyof typeof alertFormats;

export const formatIds = Object.keys(alertFormats) as FormatId[];
