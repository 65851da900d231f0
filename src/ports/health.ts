/** How one connection of Firebreak is. */
export interface ConnectionHealth {
  readonly system: 'postgres' | 'pgbouncer' | 'kubernetes' | 'prometheus' | 'slack' | 'state';
  /** Which one, such as `orders primary, to read`. */
  readonly name: string;
  /** `unknown` before it was used for the first time. */
  readonly state: 'up' | 'down' | 'unknown';
  /** ISO 8601, since when it is so; null while it is unknown. */
  readonly since: string | null;
  /** The last thing that went wrong with it, also when that is over; null when nothing has since the start. */
  readonly lastError: { readonly code: string; readonly message: string; readonly at: string } | null;
}

/**
 * Every connection as those who use it know it: what Firebreak does anyway tells, nothing more is asked of a monitored
 * database.
 */
export interface HealthBoard {
  list(): readonly ConnectionHealth[];
}
