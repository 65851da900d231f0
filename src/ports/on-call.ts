/** Somebody who is on call. */
export interface OnCallPerson {
  readonly name: string;
  readonly email: string | null;
  /** Slack user id, where the source knows it. */
  readonly slackId: string | null;
  /** ISO 8601, until when; null when the source does not say, or when it is for good. */
  readonly until: string | null;
}

/** Who is on call, by the names under which the configuration knows the sources. */
export interface OnCall {
  /** The configured names. */
  sources(): readonly string[];
  /**
   * Who is on call now, asked anew each time; nobody is an answer. Ends within seconds.
   * Throws `on-call-unreachable` or `on-call-error`.
   */
  now(source: string, signal: AbortSignal): Promise<readonly OnCallPerson[]>;
}
