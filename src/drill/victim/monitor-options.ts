import type { LabelSet } from './alertmanager-notification.ts';
import type { RuleState, RuleTimes } from './exhaustion-rule.ts';
import type { OrderService } from './order-service.ts';

/** What happened in the monitor, for the drill's own display. */
export type MonitorEvent =
  | { readonly type: 'state'; readonly state: RuleState; readonly at: Date }
  | { readonly type: 'accepted'; readonly status: 'firing' | 'resolved'; readonly at: Date }
  | {
      readonly type: 'retry' | 'refused';
      readonly status: 'firing' | 'resolved';
      readonly reason: string;
      readonly at: Date;
    };

/** What to watch and whom to tell. */
export interface MonitorOptions extends Partial<RuleTimes> {
  readonly orders: Pick<OrderService, 'subscribe'>;
  /** Where Firebreak receives Alertmanager's webhooks, and its bearer token. */
  readonly webhook: { readonly url: string; readonly token: string };
  /** Added to, and stronger than, the alert's own labels. */
  readonly labels?: LabelSet;
  /** Base URL of the monitoring system that links in the alert point to. */
  readonly externalUrl?: string;
  /** Pause between notifications about an alert that still fires, in ms; default 60 s. */
  readonly repeatIntervalMs?: number;
  readonly onEvent?: (event: MonitorEvent) => void;
}
