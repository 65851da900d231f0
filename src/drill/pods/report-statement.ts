/**
 * The statement of the outage: revenue by product and day over rolling windows, ending on each of the last 90 days, for
 * five window lengths. Without an index on `created_at` each of the 450 combinations is a full scan of `orders` with an
 * aggregate. It is one statement, so that only a cancel or a terminate ends it early.
 */
const REPORT = `insert into product_revenue_report (ends, window_days, product_id, day, orders, revenue, spread, checksum)
select w.ends, w.days, r.*
from (select now() - n * interval '1 day' as ends, days
      from generate_series(0, 89) n cross join (values (90), (60), (30), (14), (7)) as v (days)) as w
cross join lateral (
  select o.product_id, date_trunc('day', o.created_at), count(*), sum(o.amount),
         stddev(o.amount), max(md5(o.payload || o.status))
  from orders o
  where o.created_at > w.ends - w.days * interval '1 day' and o.created_at <= w.ends
  group by 1, 2
) r`;

/** The statement with a sqlcommenter comment in front, where a cut query text still shows it (https://google.github.io/sqlcommenter/spec/). */
export function reportStatement(tags: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(tags)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([key, value]) => `${encodeURIComponent(key)}='${encodeURIComponent(value).replaceAll("'", '%27')}'`)
    .sort();
  return `/*${pairs.join(',')}*/ ${REPORT}`;
}
