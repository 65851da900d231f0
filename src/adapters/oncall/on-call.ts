import { FirebreakError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fetch } from '../../ports/http.ts';
import type { OnCall } from '../../ports/on-call.ts';
import type { OnCallSource, Tools } from './contract.ts';
import { fileOnCall, type OnCallFile } from './file.ts';
import { type GrafanaOnCall, grafanaOnCall } from './grafana.ts';
import { type JsmOnCall, jsmOnCall } from './jsm.ts';
import { type PagerDutyOnCall, pagerDutyOnCall } from './pagerduty.ts';
import { createSend } from './send.ts';
import { type Webhook, webhookOnCall } from './webhook.ts';

/** One entry of `onCall` in the configuration. */
export type OnCallConfig = { readonly name: string } & (
  | PagerDutyOnCall
  | JsmOnCall
  | GrafanaOnCall
  | Webhook
  | OnCallFile
);

export interface ServiceOptions {
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds for one try of one request; 4000 unless told. */
  readonly timeoutMs?: number;
}

/** Milliseconds after which whoever asks is told that there is no answer, however many requests it takes. */
const DEADLINE_MS = 12_000;

/** The configured on-call sources. */
export function createOnCall(configs: readonly OnCallConfig[], options: ServiceOptions): OnCall {
  const sources = new Map(configs.map((config) => [config.name, sourceOf(config, options)]));
  return {
    sources: () => [...sources.keys()],
    async now(name, signal) {
      const source = sources.get(name);
      if (source === undefined) {
        throw new FirebreakError('on-call-error', `There is no on-call source "${name}".`, {
          hint: 'Add it to onCall in the configuration.',
        });
      }
      const deadline = AbortSignal.timeout(DEADLINE_MS);
      try {
        return await source.now(AbortSignal.any([signal, deadline]));
      } catch (error) {
        if (!deadline.aborted || signal.aborted) throw error;
        throw new FirebreakError('on-call-unreachable', `On-call source "${name}" did not answer in time.`, {
          hint: 'Try again, or look at its status page.',
          retryable: true,
          cause: error,
        });
      }
    },
  };
}

function sourceOf(config: OnCallConfig, { fetch, clock, timeoutMs }: ServiceOptions): OnCallSource {
  const send = createSend({
    fetch,
    service: `On-call source "${config.name}"`,
    setting: `onCall "${config.name}"`,
    codes: { unreachable: 'on-call-unreachable', error: 'on-call-error' },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const tools: Tools = { send, clock };
  switch (config.type) {
    case 'pagerduty':
      return pagerDutyOnCall(config, tools);
    case 'jsm':
      return jsmOnCall(config, tools);
    case 'grafana':
      return grafanaOnCall(config, tools);
    case 'webhook':
      return webhookOnCall(config, tools);
    case 'file':
      return fileOnCall(config, tools);
  }
}
