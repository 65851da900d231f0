/** What the service behind a database promises its users, as a number that has to stay on one side of a limit. */
export interface Objective {
  readonly name: string;
  /** PromQL that gives one value. */
  readonly query: string;
  readonly limit: { readonly below: number } | { readonly above: number };
}
