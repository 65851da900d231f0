/** Names that tools and roles of analytics have. */
const ANALYTICS =
  /(?:^|[^a-z])(?:report\w*|analy\w*|metabase|looker|tableau|redash|superset|power ?bi|airflow|dagster|dbt|etl|bi)(?:[^a-z]|$)/i;

/** Whether a role or an application is called like one of analytics. A name is a hint and no proof. */
export function isAnalyticsName(name: string): boolean {
  return ANALYTICS.test(name.replaceAll('_', ' ').replaceAll('-', ' '));
}
