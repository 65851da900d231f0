import { type PodProcess, startPodProcess } from './pod-process.ts';

/** What the Job's controller gives a pod of report-generator. */
export interface ReportPodOptions {
  /** Connection URL of the primary as the role `report_generator`. */
  readonly url: string;
  /** URL of the replica for the same role: with it the report also blocks the replay there, so that the replica lags. */
  readonly replicaUrl?: string | undefined;
  /** Database sessions of this pod. */
  readonly sessions?: number;
  readonly podIp?: string;
  readonly podName?: string;
  readonly jobName?: string;
  /** `namespace/name` of the CronJob, which the report carries as a comment in its SQL. */
  readonly cronJob?: string;
  readonly onLine?: (line: string) => void;
}

/** The environment of report-generator's container. */
export function reportPodEnvironment(options: ReportPodOptions): Record<string, string | undefined> {
  return {
    DATABASE_URL: options.url,
    REPLICA_URL: options.replicaUrl,
    SESSIONS: String(options.sessions ?? 2),
    SOURCE_ADDRESS: options.podIp,
    POD_NAME: options.podName,
    JOB_NAME: options.jobName,
    CRON_JOB: options.cronJob,
  };
}

/** Starts one pod of report-generator without a cluster around it. Stopping it leaves its queries on the server. */
export function startReportPod(options: ReportPodOptions): PodProcess {
  return startPodProcess(
    'report-generator',
    { ...reportPodEnvironment(options), EXIT_WITH_STDIN: '1' },
    options.onLine ?? (() => {}),
  );
}
