/** One rule of a Role. */
export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** A rule that applies to a user, with the sentence that says why. */
export interface GrantedRule {
  rule: PolicyRule;
  reason: string;
}
