import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GivenMessage, messageWords } from '../../../src/slack/listeners/message-words.ts';
import { databaseIn } from '../../../src/slack/listeners/named-in.ts';

const words = (message: object) => messageWords(GivenMessage.parse({ ts: '1.0', ...message }));

test('a message of another program is read from its attachments, or from its blocks', () => {
  const attachments = [
    { title: '[FIRING] Pool', fields: [{ title: 'database', value: 'orders' }], fallback: 'x' },
  ];
  expect(words({ attachments })).toBe('[FIRING] Pool\ndatabase: orders');
  expect(words({ attachments: [{ fallback: 'Pool fired' }] })).toBe('Pool fired');
  expect(words({ blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Pool of orders' } }] })).toBe(
    'Pool of orders',
  );
});

test("Slack's notation is read as people see it", () => {
  expect(
    words({
      text: '<@U1|bob> in <#C1|ops>: <https://e.x/a|graph> <https://e.x> <!here> <!date^1^{date}|noon> a &lt; b',
    }),
  ).toBe('@bob in #ops: graph (https://e.x/a) https://e.x @here noon a < b');
});

test('whatever a message holds, it is read without failing', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (text, blocks, attachments) => {
      words({ text, attachments, ...(Array.isArray(blocks) ? { blocks } : {}) });
    }),
  );
});

test.each([
  ['database="orders" and billing', 'orders'],
  ['"database": "orders-archive", "service": "billing"', 'orders-archive'],
  ['*Database:* orders', 'orders'],
  ['The ORDERS database is slow', 'orders'],
  ['orders-archive is slow', 'orders-archive'],
  ['reorders and ordersx', null],
  ['orders, billing', null],
])('the database of "%s" is %s', (text, database) => {
  expect(databaseIn(text, ['billing', 'orders', 'orders-archive'])).toBe(database);
});
