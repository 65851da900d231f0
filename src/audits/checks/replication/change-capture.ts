import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'change-capture',
  system: 'replication',
  title: 'Not ready for change data capture',
  todo: 'Make it ready for change data capture',
  severity: 'info',
  why: 'An analytics database of its own is fed by logical replication; the first step needs a restart, so plan it before it is urgent.',
  falsePositives: 'When analytics run on a streaming replica and nothing else is planned: suppress it.',
  step: 'postgres.capture-changes',
  holds: ['action-cdc'],
  needs: ['server', 'activity'],
  check({ server, activity }) {
    if (activity.inRecovery)
      return { doesNotApply: 'The server that is configured as primary is a standby itself.' };
    const level = server.settings.wal_level?.value ?? 'unknown';
    const slots = activity.slotsRetaining.filter(({ type }) => type === 'logical').length;
    if (level === 'logical' && server.publications > 0 && slots > 0) return [];
    const missing = [
      ...(level === 'logical' ? [] : [`wal_level = ${level}`]),
      ...(server.publications > 0 ? [] : ['no publication']),
      ...(slots > 0 ? [] : ['no logical replication slot']),
    ];
    return [
      {
        subject: `database ${server.database}`,
        evidence: `${missing.join(', ')}; max_replication_slots = ${server.settings.max_replication_slots?.value ?? 'unknown'}, max_wal_senders = ${server.settings.max_wal_senders?.value ?? 'unknown'}.`,
        remedy: {
          text: 'Publish the tables that analytics need; the subscriber makes its slot itself. Limit what slots may keep first (audit slot-limit).',
          commands: [
            ...(level === 'logical'
              ? []
              : [
                  {
                    label: 'as a superuser; restart needed',
                    language: 'sql' as const,
                    text: "ALTER SYSTEM SET wal_level = 'logical';",
                  },
                ]),
            ...(server.publications > 0
              ? []
              : [
                  {
                    label: 'as the owner of the tables',
                    language: 'sql' as const,
                    text: 'CREATE PUBLICATION analytics FOR TABLE <tables>;',
                  },
                ]),
            {
              label: 'on the analytics database, which has the same tables, empty',
              language: 'sql' as const,
              text: "CREATE SUBSCRIPTION analytics CONNECTION 'host=<primary> dbname=<database> user=<role with REPLICATION>' PUBLICATION analytics;",
            },
          ],
        },
      },
    ];
  },
});
