import type { JsonObject } from '../json.ts';
import { ApiError } from './api-error.ts';
import type { Args } from './args.ts';

const MAX_LIMIT = 1000;

/** One page of a list and the cursor of the next one; empty when there is none. */
export interface Page<Item> {
  items: Item[];
  response_metadata: { next_cursor: string };
}

/** Cuts the page that `cursor` and `limit` ask for. Throws `invalid_cursor` or `invalid_limit`. */
export function pageOf<Item>(all: readonly Item[], args: Args, defaultLimit: number): Page<Item> {
  const limit = args.number('limit') ?? defaultLimit;
  if (limit < 0 || limit > MAX_LIMIT) throw new ApiError('invalid_limit');
  const cursor = args.text('cursor');
  const start = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64').toString('utf8'));
  if (!Number.isInteger(start) || start < 0) throw new ApiError('invalid_cursor');
  const end = start + (limit === 0 ? defaultLimit : limit);
  const next = end < all.length ? Buffer.from(String(end)).toString('base64') : '';
  return { items: all.slice(start, end), response_metadata: { next_cursor: next } };
}

/** The messages between `oldest` and `latest`; both ends are left out unless `inclusive`. */
export function withinTimes<Item extends { ts: string }>(all: readonly Item[], args: Args): Item[] {
  const oldest = args.text('oldest') ?? '0';
  const latest = args.text('latest') ?? '9999999999.999999';
  const inclusive = args.flag('inclusive');
  return all.filter(({ ts }) => {
    if (Number(ts) === Number(oldest) || Number(ts) === Number(latest)) return inclusive;
    return Number(ts) > Number(oldest) && Number(ts) < Number(latest);
  });
}

/** A page as members of an answer. */
export function pageMembers<Item>(name: string, page: Page<Item>): JsonObject {
  return { [name]: page.items, response_metadata: page.response_metadata };
}
