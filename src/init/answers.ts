/** Where a secret is; never the secret. */
export type Reference = { readonly env: string } | { readonly file: string };

/** One database, as the person who installs Firebreak describes it. */
export interface DatabaseAnswer {
  readonly name: string;
  readonly url: Reference;
  readonly replicas: readonly { readonly name: string; readonly url: Reference }[];
  readonly pgbouncer: readonly { readonly name: string; readonly url: Reference }[];
  readonly prometheusUrl: string | null;
  /** The cost gate's own way in, with its PostgreSQL role; null without a cost gate. */
  readonly gate: { readonly url: Reference; readonly role: string } | null;
  /** PostgreSQL's name of the database, for the grants. */
  readonly target: string;
}

/** How the cluster is reached; null without one. */
export type ClusterAnswer =
  | { readonly inCluster: true }
  | { readonly kubeconfig: string; readonly context: string | null };

/** Everything that the files are written from. */
export interface Answers {
  readonly slack: {
    readonly channel: string;
    readonly mode: 'socket' | 'http';
    /** Public base URL, for http mode. */
    readonly publicUrl: string | null;
    /** Another Web API address; null for Slack's own. */
    readonly apiUrl: string | null;
  };
  readonly databases: readonly DatabaseAnswer[];
  readonly cluster: ClusterAnswer | null;
  readonly namespaces: readonly string[];
  /** Who Firebreak is in the cluster, as its API server names users. */
  readonly identity: string;
  /** Slack user ids of people who may decide. */
  readonly approvers: readonly string[];
  /** Environment variable with the token of the Alertmanager. */
  readonly alertToken: string;
  /** Environment variable with the token of jobs that ask the cost gate. */
  readonly gateToken: string;
  /** PostgreSQL role of Firebreak. */
  readonly role: string;
  readonly timeZone: string;
}

/** Something that init writes. */
export interface OutputFile {
  readonly kind: 'config' | 'grants' | 'rbac' | 'manifest';
  readonly name: string;
  readonly text: string;
}
