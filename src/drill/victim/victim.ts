import type { Passwords } from './roles.ts';
import type { SeedProgress, ShopSize } from './seed.ts';

/** What to set up for a drill. */
export interface StartVictimOptions {
  /** Where the embedded servers live; created when missing, removed by `stop`. Not used with `existingUrl`. */
  readonly directory: string;
  /** 1 means three million orders (434 MB, about 15 s to generate); the load grows in proportion. */
  readonly scale: number;
  /** Processors that the embedded primary may use; default 2. Effective on Linux only. */
  readonly cpus?: number;
  readonly progress?: (progress: SeedProgress) => void;
  readonly signal?: AbortSignal;
  /** A server of the user's own, as a superuser; the drill adds its own database and roles and drops them afterwards. */
  readonly existingUrl?: string;
  /** A replica of that server. */
  readonly existingReplicaUrl?: string;
}

/** The database server that a drill breaks: a primary with the orders, and usually a streaming replica. */
export interface Victim extends AsyncDisposable {
  /** Name of the database with the orders. */
  readonly database: string;
  readonly primary: { readonly host: string; readonly port: number };
  readonly replica: { readonly host: string; readonly port: number } | undefined;
  /** Processors that the primary may use; undefined when it is not ours to know. */
  readonly cores: number | undefined;
  readonly passwords: Passwords;
  readonly size: ShopSize;
  /** Connection URLs to the database by role; those with `Replica` lead to the replica. */
  readonly urls: {
    readonly admin: string;
    readonly orderService: string;
    readonly reportGenerator: string;
    readonly firebreak: string;
    readonly reportGeneratorReplica: string | undefined;
    readonly firebreakReplica: string | undefined;
  };
  /** Stops the servers and removes their directory, or drops what was added to the user's server. Idempotent. */
  stop(): Promise<void>;
}
