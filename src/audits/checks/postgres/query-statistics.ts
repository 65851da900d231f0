import { type Draft, defineAudit } from '../../audit.ts';

export const audit = defineAudit({
  id: 'query-statistics',
  system: 'postgres',
  title: 'pg_stat_statements is missing',
  todo: 'Enable pg_stat_statements',
  severity: 'high',
  why: 'Nobody can say which queries are slow, or that one became slow: the next root cause takes minutes instead of seconds.',
  falsePositives: 'Another extension that keeps such statistics, such as pg_stat_monitor: suppress it.',
  step: 'postgres.enable-query-statistics',
  holds: ['action-statistics'],
  needs: ['server'],
  check({ server }) {
    const libraries = server.settings.shared_preload_libraries;
    const created = server.extensions.includes('pg_stat_statements');
    const loaded = libraries === undefined ? null : /\bpg_stat_statements\b/.test(libraries.value);
    const drafts: Draft[] = [];
    if (loaded === false)
      drafts.push({
        subject: `server of database ${server.database}`,
        evidence: `shared_preload_libraries = '${libraries?.value ?? ''}'.`,
        remedy: {
          text: 'Load the library with the server; that needs a restart. On a managed service set it in the parameter group.',
          commands: [
            {
              label: 'as a superuser; restart needed',
              language: 'sql',
              text: `ALTER SYSTEM SET shared_preload_libraries = ${[
                libraries?.value ?? '',
                'pg_stat_statements',
              ]
                .flatMap((names) => names.split(','))
                .map((name) => name.trim())
                .filter((name) => name !== '')
                .map((name) => `'${name.replaceAll("'", "''")}'`)
                .join(', ')};`,
            },
          ],
        },
      });
    if (!created)
      drafts.push({
        subject: `database ${server.database}`,
        evidence: `The extension is not created in database ${server.database}, where Firebreak reads it.`,
        remedy: {
          text: 'Create it there; its view covers every database of the server.',
          commands: [
            {
              label: 'as a superuser, connected to it',
              language: 'sql',
              text: 'CREATE EXTENSION pg_stat_statements;',
            },
          ],
        },
      });
    return drafts;
  },
});
