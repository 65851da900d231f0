import { describe, expect, it } from 'vitest';
import type { Surface } from '../../../src/sandbox/slack/block-kit/surfaces.ts';
import { toMessages, validateBlocks, validateView } from '../../../src/sandbox/slack/block-kit/validate.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const option = (value: string, text = value) => ({ text: plain(text), value });
const button = (more: object = {}) => ({ type: 'button', action_id: 'a', text: plain('Go'), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', block_id: 'row', elements });
const section = (more: object = {}) => ({ type: 'section', text: mrkdwn('x'), ...more });
const x = (length: number) => 'x'.repeat(length);
const many = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => item(index));

function problems(blocks: unknown, surface: Surface = 'message'): string[] {
  const verdict = validateBlocks(blocks, surface, ['blocks']);
  return verdict.ok ? [] : toMessages(verdict.errors);
}

const cell = (text: string) => ({ type: 'raw_text', text });
const chart = (labels: string[]) => ({
  type: 'data_visualization',
  title: 'Pool',
  chart: {
    type: 'line',
    series: [{ name: 'waiting', data: labels.map((label) => ({ label, value: 1 })) }],
    axis_config: { categories: ['a', 'b'] },
  },
});

describe('valid blocks', () => {
  it.each<[string, object]>([
    ['header', { type: 'header', text: plain(x(150)) }],
    ['section', section({ text: mrkdwn(x(3000)), fields: many(10, () => mrkdwn(x(2000))) })],
    ['context', { type: 'context', elements: many(10, () => mrkdwn('small')) }],
    ['actions', actions(...many(25, (index) => button({ action_id: `a${index}` })))],
    ['button', actions(button({ text: plain(x(75)), value: x(2000), style: 'danger' }))],
    [
      'confirm',
      actions(
        button({
          confirm: { title: plain('Sure?'), text: mrkdwn(x(300)), confirm: plain('Yes'), deny: plain('No') },
        }),
      ),
    ],
    ['select', actions({ type: 'static_select', options: many(100, (index) => option(`${index}`)) })],
    ['checkboxes', actions({ type: 'checkboxes', options: many(10, (index) => option(`${index}`)) })],
    ['table', { type: 'table', rows: many(100, () => many(20, () => cell('x'))) }],
    ['data_table', { type: 'data_table', caption: 'Queries', rows: [[cell('pid')], [cell('1')]] }],
    ['chart', chart(['a', 'b'])],
    ['markdown', { type: 'markdown', text: x(12_000) }],
    ['container', { type: 'container', title: plain('More'), child_blocks: [section()] }],
    [
      'rich_text',
      {
        type: 'rich_text',
        elements: [
          { type: 'rich_text_section', elements: [{ type: 'text', text: 'a', style: { bold: true } }] },
          { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'select 1' }] },
        ],
      },
    ],
  ])('%s at its limits', (_, block) => {
    expect(problems([block])).toEqual([]);
  });

  it('takes 50 blocks in a message and 100 in a view', () => {
    expect(problems(many(50, () => section()))).toEqual([]);
    expect(
      problems(
        many(100, () => section()),
        'modal',
      ),
    ).toEqual([]);
  });
});

describe('what Slack refuses, in its words', () => {
  it.each<[string, unknown, string]>([
    ['51 blocks', many(51, () => section()), 'no more than 50 items allowed [json-pointer:/blocks]'],
    [
      'a long button text',
      [section(), section(), section({ accessory: button({ text: plain(x(76)) }) })],
      'must be less than 76 characters [json-pointer:/blocks/2/accessory/text/text]',
    ],
    [
      'an empty text',
      [section({ text: mrkdwn('') })],
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'an empty context',
      [{ type: 'context', elements: [] }],
      'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]',
    ],
    ['a missing text', [{ type: 'header' }], 'missing required field: text [json-pointer:/blocks/0]'],
    [
      'an unknown member',
      [section({ color: 'red' })],
      'invalid additional property: color [json-pointer:/blocks/0]',
    ],
    [
      'emoji in mrkdwn',
      [section({ text: { ...mrkdwn('x'), emoji: true } })],
      'invalid additional property: emoji [json-pointer:/blocks/0/text]',
    ],
    ['an unknown block', [{ type: 'nope' }], 'unsupported type: nope [json-pointer:/blocks/0/type]'],
    [
      'mrkdwn in a header',
      [{ type: 'header', text: mrkdwn('x') }],
      'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
    ],
    [
      'an unknown style',
      [actions(button({ style: 'warning' }))],
      'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      '11 checkboxes',
      [actions({ type: 'checkboxes', options: many(11, (index) => option(`${index}`)) })],
      'no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'a long option',
      [actions({ type: 'static_select', options: [option('a', x(76))] })],
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]',
    ],
    [
      'a select without options',
      [actions({ type: 'static_select' })],
      'must provide exactly one of options or option_groups [json-pointer:/blocks/0/elements/0]',
    ],
    [
      '6 overflow options',
      [section({ accessory: { type: 'overflow', options: many(6, (index) => option(`${index}`)) } })],
      'no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]',
    ],
    [
      'a long confirm text',
      [actions(button({ confirm: { text: plain(x(301)) } }))],
      'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
    ],
    [
      'a confirm with a string',
      [actions(button({ confirm: { text: 'Sure?' } }))],
      'must provide an object [json-pointer:/blocks/0/elements/0/confirm/text]',
    ],
    [
      'a text input in a row',
      [actions({ type: 'plain_text_input' })],
      'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'a section of nothing',
      [{ type: 'section' }],
      'must provide at least one of text or fields [json-pointer:/blocks/0]',
    ],
    [
      'two blocks of one id',
      [section({ block_id: 'b' }), section({ block_id: 'b' })],
      '`block_id` must be unique: b [json-pointer:/blocks]',
    ],
    [
      'two elements of one id',
      [actions(button(), button())],
      '`action_id` must be unique within a block: a [json-pointer:/blocks/0/elements]',
    ],
    [
      'two tables',
      [
        { type: 'table', rows: [[cell('1')]] },
        { type: 'table', rows: [[cell('2')]] },
      ],
      'only_one_table_allowed [json-pointer:/blocks]',
    ],
    [
      'a table of too much text',
      [{ type: 'table', rows: [[cell(x(10_001))]] }],
      'must be less than 10001 characters [json-pointer:/blocks/0/rows]',
    ],
    [
      'a chart that misses a category',
      [chart(['a'])],
      'data labels must match categories [json-pointer:/blocks/0/chart/series/0]',
    ],
    [
      'markdown of more than 12,000',
      [
        { type: 'markdown', text: x(7000) },
        { type: 'markdown', text: x(7000) },
      ],
      'markdown blocks must be less than 12001 characters in total [json-pointer:/blocks]',
    ],
    [
      'an image of two sources',
      [{ type: 'image', alt_text: 'a', image_url: 'https://e.org/a.png', slack_file: { id: 'F1' } }],
      'must provide exactly one of image_url or slack_file [json-pointer:/blocks/0]',
    ],
  ])('%s', (_, blocks, message) => {
    expect(problems(blocks)).toContain(`[ERROR] ${message}`);
  });

  it.each<[string, Surface, object]>([
    ['a table in a modal', 'modal', { type: 'table', rows: [[cell('x')]] }],
    ['a chart in the Home tab', 'home', chart(['a', 'b'])],
    ['an alert in a message', 'message', { type: 'alert', text: mrkdwn('x') }],
    ['a container in a modal', 'modal', { type: 'container', title: plain('t'), child_blocks: [section()] }],
  ])('%s', (_, surface, block) => {
    expect(problems([block], surface)).toHaveLength(1);
  });
});

describe('views', () => {
  const modal = (more: object = {}) => ({ type: 'modal', title: plain('T'), blocks: [section()], ...more });
  const input = { type: 'input', label: plain('L'), element: { type: 'plain_text_input' } };

  it('takes a modal and a Home tab', () => {
    expect(validateView(modal({ submit: plain('Go'), blocks: [input] }))).toEqual([]);
    expect(validateView({ type: 'home', blocks: [section()] })).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a long title', modal({ title: plain(x(25)) }), '/view/title/text'],
    ['inputs without submit', modal({ blocks: [input] }), '/view'],
    ['long private metadata', modal({ private_metadata: x(3001) }), '/view/private_metadata'],
    ['a title on the Home tab', { type: 'home', title: plain('T'), blocks: [] }, '/view'],
    ['a wrong block', modal({ blocks: [{ type: 'header', text: plain('') }] }), '/view/blocks/0/text/text'],
  ])('refuses %s', (_, view, pointer) => {
    expect(validateView(view).map((found) => found.pointer)).toEqual([pointer]);
  });
});
