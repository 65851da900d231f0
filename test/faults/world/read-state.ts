import { z } from 'zod';
import { createDatabase } from '../../../src/adapters/state/database.ts';
import { createJournal } from '../../../src/adapters/state/journal.ts';
import { toRecordedEvent } from '../../../src/adapters/state/journal-entry.ts';
import { createPool } from '../../../src/adapters/state/pool.ts';
import type { EntryFact, Facts } from './facts.ts';

const StoredAlert = z.object({ fingerprint: z.string() });

/** What the state holds, read while Firebreak may run. */
export async function readState(
  url: string,
  readEntry = toRecordedEvent,
): Promise<Pick<Facts, 'alerts' | 'entries' | 'chainProblem' | 'incidents' | 'rows'>> {
  const pool = createPool({ url, instance: 'inspect' }, { warn: () => undefined });
  try {
    const db = createDatabase(pool);
    const journal = createJournal(db, {
      enqueue: async () => undefined,
      committed: () => undefined,
      logger: { error: () => undefined },
      instance: 'inspect',
    });
    const entries: EntryFact[] = [];
    for await (const entry of journal.export()) {
      if (entry.body !== null) entries.push(readEntry(entry));
    }
    const alerts = await db
      .selectFrom('alert')
      .select(['id', 'alert', 'decision', 'incident_id as incidentId'])
      .orderBy('ordinal')
      .execute();
    return {
      entries,
      chainProblem: (await journal.verify()).problem,
      alerts: alerts.map(({ alert, ...rest }) => ({ ...rest, ...StoredAlert.parse(alert) })),
      incidents: await db.selectFrom('incident').select(['id', 'status']).orderBy('ordinal').execute(),
      rows: await db
        .selectFrom('chat_message')
        .select(['incident_id as incidentId', 'key', 'channel', 'ts', 'nonce', 'content_hash as contentHash'])
        .execute(),
    };
  } finally {
    await pool.end();
  }
}
