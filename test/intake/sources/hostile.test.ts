import { describe, expect, it } from 'vitest';
import { formatIds } from '../../../src/intake/formats.ts';
import { readsSoundly } from '../../fuzz/parsers/alerts.ts';

/** Bodies that broke receivers somewhere. */
const corpus: [string, string][] = [
  ['nothing', ''],
  ['a byte order mark', '\ufeff{}'],
  ['a prototype', '{"__proto__":{"alerts":[]},"constructor":{"prototype":{"version":"4"}}}'],
  ['a prototype among the labels', '{"labels":{"__proto__":"x","constructor":"y","toString":"z"}}'],
  ['a number that overflows', '{"date":1e400,"alert":{"createdAt":-1e400}}'],
  ['a huge number', `{"date":"${'9'.repeat(5_000)}"}`],
  ['depth', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['depth of objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ['breadth', JSON.stringify({ alerts: Array.from({ length: 50_000 }, () => ({})) })],
  ['the same name twice', '{"version":"4","version":"1","alerts":[],"alerts":{}}'],
  ['NUL', '{"id":"\\u0000","name":"\\u0000"}'],
  ['half a surrogate', '{"id":"\\ud800","name":"\\udfff"}'],
  ['markup', '{"title":"<!channel> <script>alert(1)</script>","name":"*_`~"}'],
  ['SQL', `{"id":"'; drop table firebreak.alert; --"}`],
  ['a template', '{"title":"$ALERT_TITLE","name":"{{ .Labels }}","id":"%{jndi:ldap://a}"}'],
];

describe.each(formatIds)('the form %s', (format) => {
  it.each(corpus)('reads %s without harm', (_what, text) => {
    expect(() => readsSoundly(format, Buffer.from(text))).not.toThrow();
  });
});
