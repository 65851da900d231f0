import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { readPsqlCommand } from '../../src/gate/psql-command.ts';

/** A client as psql is one: the environment of libpq, -c and -f, its exit codes, the end at SIGTERM. */
process.on('SIGTERM', () => {
  process.stdout.write('terminated by SIGTERM\n');
  process.exit(143);
});
const client = new pg.Client({ application_name: 'psql-like' });
await client.connect();
process.stdout.write('connected\n');
try {
  for (const source of readPsqlCommand(process.argv.slice(2)).sources) {
    const sql = 'sql' in source ? source.sql : readFileSync(source.file, 'utf8');
    const result: unknown = await client.query({ text: sql, rowMode: 'array' });
    for (const one of Array.isArray(result) ? result : [result])
      for (const row of (one as pg.QueryArrayResult).rows) process.stdout.write(`${row.join('|')}\n`);
  }
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 3;
} finally {
  await Promise.race([client.end(), delay(1000)]);
}
