import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { Alert } from '../../../src/domain/alert.ts';
import { type FormatId, formatIds } from '../../../src/intake/formats.ts';
import { readAlerts } from '../../../src/intake/read-alerts.ts';
import { recorded } from '../../intake/sources/recorded.ts';
import { anyBytes, changedBytes, changedJson } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

const SOURCE = 'monitoring';
const fixtures = readdirSync(join(import.meta.dirname, '../../intake/sources'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

/** What each form of alert makes of its own recorded bodies and those of the others, changed at any place. */
export const alertParsers = formatIds.map((format) =>
  defineParser<Buffer>({
    name: `alert:${format}`,
    share: 55,
    async open() {
      const own = fixtures.filter((name) => name.startsWith(`${format}-`));
      demand(own.length > 0, `There is no recorded body of ${format}.`);
      const others = fixtures.filter((name) => !own.includes(name));
      const changed = (names: readonly string[]) =>
        fc.oneof(
          ...names.map((name) =>
            changedJson(recorded(name).toString('utf8')).map((text) => Buffer.from(text)),
          ),
        );
      const inputs = fc.oneof(
        { weight: 5, arbitrary: changed(own) },
        { weight: 2, arbitrary: fc.oneof(...own.map((name) => changedBytes(recorded(name)))) },
        { weight: 2, arbitrary: changed(others) },
        { weight: 1, arbitrary: anyBytes },
      );
      return { inputs, check: (raw) => readsSoundly(format, raw) };
    },
  }),
);

/** Whatever is read is an alert that can be stored, or a reason. True when it was read. */
export function readsSoundly(format: FormatId, raw: Buffer): boolean {
  const read = readAlerts({ name: SOURCE, format }, raw);
  if (typeof read === 'string') {
    demand(read !== '', 'It was refused without a reason.');
    return false;
  }
  if ('alerts' in read) {
    demand(read.alerts.length > 0, 'It was read, and no alert was in it.');
    read.alerts.forEach(demandStorable);
  } else demand(Boolean(Object.values(read)[0]), 'It was read as nothing.');
  return true;
}

function demandStorable(alert: Alert): void {
  demand(isDeepStrictEqual(Alert.parse(alert), alert), 'The alert is not of its form.');
  demand(alert.source === SOURCE, 'The alert names another source.');
  demand(!Number.isNaN(Date.parse(alert.startsAt)), 'The alert began at no time.');
  const texts = [alert.fingerprint, alert.name, alert.generatorUrl ?? '', alert.endsAt ?? ''];
  for (const map of [alert.labels, alert.annotations]) texts.push(...Object.entries(map).flat());
  demand(
    texts.every((text) => !text.includes('\0') && text.isWellFormed()),
    'The alert holds text that PostgreSQL cannot store.',
  );
}
