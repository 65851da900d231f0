import { FirebreakError } from '../../domain/errors.ts';
import type { Pager } from '../../ports/pager.ts';
import type { PagerService, Tools } from './contract.ts';
import { type GrafanaPaging, grafanaPager } from './grafana.ts';
import { type JsmPaging, jsmPager } from './jsm.ts';
import type { ServiceOptions } from './on-call.ts';
import { type PagerDutyPaging, pagerDutyPager } from './pagerduty.ts';
import { createSend } from './send.ts';
import { type Webhook, webhookPager } from './webhook.ts';

/** One entry of `paging` in the configuration. */
export type PagingConfig = { readonly name: string } & (
  | PagerDutyPaging
  | JsmPaging
  | GrafanaPaging
  | Webhook
);

/** The configured ways to page. */
export function createPager(configs: readonly PagingConfig[], options: ServiceOptions): Pager {
  const services = new Map(configs.map((config) => [config.name, serviceOf(config, options)]));
  const named = (name: string): PagerService => {
    const service = services.get(name);
    if (service !== undefined) return service;
    throw new FirebreakError('pager-error', `There is no pager "${name}".`, {
      hint: 'Add it to paging in the configuration.',
    });
  };
  return {
    pagers: () => [...services.keys()],
    page: async (pager, page, signal) => named(pager).page(page, signal),
    async acknowledge(pager, dedupeKey, signal) {
      await named(pager).acknowledge?.(dedupeKey, signal);
    },
    resolve: async (pager, dedupeKey, signal) => named(pager).resolve(dedupeKey, signal),
  };
}

function serviceOf(config: PagingConfig, { fetch, clock, timeoutMs }: ServiceOptions): PagerService {
  const send = createSend({
    fetch,
    service: `Pager "${config.name}"`,
    setting: `paging "${config.name}"`,
    codes: { unreachable: 'pager-unreachable', error: 'pager-error' },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const tools: Tools = { send, clock };
  switch (config.type) {
    case 'pagerduty':
      return pagerDutyPager(config, tools);
    case 'jsm':
      return jsmPager(config, tools);
    case 'grafana':
      return grafanaPager(config, tools);
    case 'webhook':
      return webhookPager(config, tools);
  }
}
