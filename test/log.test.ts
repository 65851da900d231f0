import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { within } from '../src/adapters/telemetry/context.ts';
import { FirebreakError, loggableError } from '../src/domain/errors.ts';
import { Secret } from '../src/domain/secret.ts';
import { createLogger } from '../src/log.ts';

function logging() {
  const chunks: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { logger: createLogger('info', sink), text: () => chunks.join('') };
}

it('a line of the log hides what looks like a secret, wherever it stands', () => {
  const { logger, text } = logging();
  const hidden = 'hunter2hunter2';
  const cause = new Error(`connect postgres://bot:${hidden}@db/orders failed`);
  logger.error({ err: loggableError(cause) }, 'failed');
  logger.error({ err: cause }, 'failed');
  logger.warn({ deep: { list: [{ password: hidden }] }, botToken: hidden, api_key: hidden }, 'told');
  logger.warn({ header: `Bearer ${hidden}`, secret: new Secret(hidden) }, 'told');
  const error = new FirebreakError('internal', `token=${hidden}`, { hint: 'Look.' });
  logger.info({ err: loggableError(error) }, 'told');
  expect(text()).not.toContain(hidden);
  expect(text()).toContain('postgres://bot:<secret>@db/orders failed');
});

it('a line carries the ids of the incident in whose work it is written, and no other', async () => {
  const { logger, text } = logging();
  await Promise.all(
    ['INC-1', 'INC-2'].map(async (incidentId) =>
      within({ fields: { incidentId }, span: null }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        logger.info({ of: incidentId }, 'inside');
      }),
    ),
  );
  logger.info({}, 'outside');
  const lines = text()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { of?: string; incidentId?: string });
  expect(lines).toHaveLength(3);
  for (const { of, incidentId } of lines) expect(incidentId).toBe(of);
});
