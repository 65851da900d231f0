import type { Approver, Members } from '../domain/authority.ts';

/** Who stands behind the entries of the lists of who may decide. */
export interface Approvers {
  /**
   * The people behind an entry, read anew but for what was read in the last seconds. Never throws and ends within two
   * seconds: what cannot be read names nobody and says why.
   */
  membersOf(approver: Approver): Promise<Members>;
}
