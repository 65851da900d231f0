import { type Approver, isUser, unreadable } from '../domain/authority.ts';
import type { Approvers } from '../ports/approvers.ts';
import type { Logger } from '../ports/logger.ts';
import type { AuthoritySources } from './authorise.ts';

/** Reads every group and on-call source of the lists once, so that a mistake is heard of before it counts. Never throws. */
export async function warnOfUnreadable({
  authority,
  rules,
  approvers,
  logger,
}: Required<AuthoritySources> & {
  readonly approvers: Approvers;
  readonly logger: Pick<Logger, 'warn'>;
}): Promise<void> {
  const lists = [...Object.values(authority), rules.breakGlass.people].flat();
  const entries = new Map<string, Approver>();
  for (const entry of lists) if (!isUser(entry)) entries.set(JSON.stringify(entry), entry);
  for (const approver of entries.values()) {
    const members = await approvers.membersOf(approver);
    const problem = unreadable([members]);
    if (problem !== null) logger.warn({ approver }, `${problem} Until it can, it permits nobody anything.`);
  }
}
