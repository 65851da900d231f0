/** The outage of 2024-11-15, on one machine. */
export const outage = {
  id: 'pool-exhaustion',
  title: 'A batch report drowns the orders database',
  database: 'orders-primary',
  replica: 'replica-1',
  service: 'order-service',
  namespace: 'analytics',
  cronJob: 'report-generator',
  /** The schedule of the day: 14:00 in Seoul, at peak. The drill starts its run by hand, as the schedule would. */
  schedule: '0 14 * * *',
  timeZone: 'Asia/Seoul',
  /** Pods of one run, and database sessions of each: eight sessions, which fit the checkboxes of one card. */
  pods: 4,
  sessionsPerPod: 2,
  expectedCause: 'runaway-batch-query',
  expectedCulprit: 'CronJob analytics/report-generator',
  /** Minutes of the real outage, 14:23 to 15:47. */
  baselineMinutes: 84,
} as const;

/** The phases of the real outage, in minutes after the alert of 14:23. */
export const baseline = [
  { phase: 'Alert to thread', minutes: 2 },
  { phase: 'Alert to cause', minutes: 12 },
  { phase: 'Alert to load gone', minutes: 22 },
  { phase: 'Alert to recovered', minutes: 67 },
  { phase: 'Alert to closed', minutes: 84 },
] as const;
