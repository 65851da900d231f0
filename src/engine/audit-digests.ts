import type { AuditDigest } from '../domain/audit-digest.ts';
import { streams } from '../domain/streams.ts';
import type { AuditDigests } from '../ports/audit-digests.ts';
import type { Journal } from '../ports/state.ts';

/** Keeps the digests in the journal, where any replica can tell the last one. */
export interface RecordedDigests extends AuditDigests {
  /** Writes it down and lets it be told; false when another replica was first. */
  record(digest: AuditDigest): Promise<boolean>;
}

export function createAuditDigests(journal: Pick<Journal, 'read' | 'append'>): RecordedDigests {
  const recorded = async () =>
    (await journal.read(streams.audits)).flatMap(({ version, event }) =>
      event.type === 'audits.digested'
        ? [{ version, digest: { slot: event.slot, databases: event.databases } }]
        : [],
    );
  return {
    recent: async (most) => (await recorded()).slice(-most).map(({ digest }) => digest),
    async record(digest) {
      const last = (await recorded()).at(-1);
      if (last !== undefined && last.digest.slot >= digest.slot) return false;
      const { status } = await journal.append(
        streams.audits,
        last?.version ?? 0,
        [{ type: 'audits.digested', ...digest }],
        { work: [{ kind: 'render', key: streams.audits }] },
      );
      return status === 'appended';
    },
  };
}
