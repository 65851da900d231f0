import { defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'replica-identity',
  system: 'replication',
  title: 'Published table without replica identity',
  todo: 'Give the published table a primary key',
  severity: 'high',
  why: 'PostgreSQL refuses every UPDATE and DELETE of such a table as long as it is published for them: writes of the application fail.',
  falsePositives: 'A table that is only ever inserted into works; still, the first correction by hand fails.',
  holds: ['action-cdc'],
  needs: ['server'],
  check({ server }) {
    if (server.publications === 0) return { doesNotApply: 'The database publishes no table.' };
    return server.publishedWithoutIdentity.map((table) => ({
      subject: `table ${table}`,
      evidence:
        'It is published for updates or deletes, and has neither a primary key nor another replica identity.',
      remedy: {
        text: 'Give it a primary key. As a stopgap let whole rows identify themselves, which costs a full row of log for each change.',
        commands: [
          {
            label: 'as the owner of the table',
            language: 'sql' as const,
            text: `ALTER TABLE ${table} REPLICA IDENTITY FULL;`,
          },
        ],
      },
    }));
  },
});
