import type { KnownBlock } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutBrowser } from '../../support/chromium.ts';
import { CHANNEL, DENIZ, isFocused, MARA, type PageFixture, startPageFixture } from './page-fixture.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (text: string, value: string) => ({ text: plain(text), value });
const section = (text: string): KnownBlock => ({ type: 'section', text: { type: 'mrkdwn', text } });

describe.skipIf(withoutBrowser)('the page of the Slack sandbox', () => {
  let fixture: PageFixture;

  beforeAll(async () => {
    fixture = await startPageFixture();
  });

  afterAll(async () => {
    await fixture?.close();
  });

  /** The controls of one message, in the channel's pane. */
  const inMessage = (ts: string) => `.pane-channel [data-ts="${ts}"]`;

  test('shows hostile texts as text and opens no script address', async () => {
    const image = '<img src=x onerror="window.pwned=1">';
    const ts = await fixture.post('hostile', [
      {
        type: 'rich_text',
        elements: [
          { type: 'rich_text_preformatted', elements: [{ type: 'text', text: `${image} <!channel>` }] },
        ],
      },
      {
        type: 'table',
        rows: [[{ type: 'raw_text', text: image }], [{ type: 'raw_text', text: '<@U0MARA> *x*' }]],
      },
      section('<javascript:window.pwned=1|press here> &lt;!channel&gt; &lt;@U0DENIZ&gt;'),
      { type: 'section', text: plain(`${image} <!here>`) },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: plain(image), action_id: 'none', url: 'javascript:window.pwned=1' },
        ],
      },
    ]);
    const page = await fixture.open(MARA);
    const message = page.locator(inMessage(ts));
    await message.waitFor();
    const text = (await message.textContent()) ?? '';
    expect(text).toContain(`${image} <!channel>`);
    expect(text).toContain('<@U0MARA> *x*');
    expect(text).toContain('press here <!channel> <@U0DENIZ>');
    expect(text).toContain(`${image} <!here>`);
    expect(await message.locator('img, .mention, a').count()).toBe(0);
    await message.getByText('press here').click();
    expect(await page.evaluate('window.pwned')).toBeUndefined();
  });

  test('sends a dangerous click only after its confirmation', async () => {
    const clicks: string[] = [];
    fixture.app.action('plan.confirm', async ({ ack, body, action, client }) => {
      clicks.push(`${body.user.id} ${'value' in action ? action.value : ''}`);
      await ack();
      await client.chat.update({
        channel: CHANNEL,
        ts,
        text: 'done',
        blocks: [section('*Killed* 14 sessions')],
      });
    });
    const confirm = {
      title: plain('Kill 14 sessions?'),
      text: plain('Their transactions roll back.'),
      confirm: plain('Kill them'),
      deny: plain('Not yet'),
      style: 'danger' as const,
    };
    const button = {
      type: 'button' as const,
      text: plain('Kill'),
      action_id: 'plan.confirm',
      value: 'plan-7',
      confirm,
    };
    const ts = await fixture.post('plan', [{ type: 'actions', elements: [button] }]);
    const page = await fixture.open(MARA);
    const kill = page.locator(`${inMessage(ts)} [data-action-id="plan.confirm"]`);
    const dialog = page.getByRole('alertdialog', { name: 'Kill 14 sessions?' });

    await kill.click();
    await dialog.getByText('Their transactions roll back.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await isFocused(kill)).toBe(true);
    expect(clicks).toEqual([]);

    await kill.click();
    await dialog.getByRole('button', { name: 'Kill them' }).click();
    await page.locator(inMessage(ts)).getByText('Killed 14 sessions').waitFor();
    expect(clicks).toEqual([`${MARA} plan-7`]);
  });

  test('waits for the app and says so when it does not answer', async () => {
    fixture.app.action('app.sleeps', async () => {});
    const button = { type: 'button' as const, text: plain('Sleep'), action_id: 'app.sleeps' };
    const ts = await fixture.post('sleep', [{ type: 'actions', elements: [button] }]);
    const page = await fixture.open(MARA);
    const message = page.locator(inMessage(ts));
    await message.locator('[data-action-id="app.sleeps"]').click();
    await message.locator('[data-action-id="app.sleeps"][aria-busy="true"]').waitFor();
    await message.getByText('Firebreak: this app did not respond.').waitFor();
    expect(await message.locator('[aria-busy]').count()).toBe(0);
  });

  test('keeps checkbox and select choices and sends them with the next click', async () => {
    const seen: unknown[] = [];
    fixture.app.action(/^choose\./, async ({ ack }) => ack());
    fixture.app.action('send.choices', async ({ ack, body }) => {
      seen.push(body);
      await ack();
    });
    const options = [
      option('Leave out pid 20131', 'skip'),
      option('Tell #checkout', 'tell'),
      option('Third', 'third'),
    ];
    const ts = await fixture.post('choices', [
      {
        type: 'actions',
        block_id: 'choices',
        elements: [
          { type: 'checkboxes', action_id: 'choose.boxes', options },
          { type: 'static_select', action_id: 'choose.one', placeholder: plain('Hand over to'), options },
          { type: 'button', action_id: 'send.choices', text: plain('Send') },
        ],
      },
    ]);
    const page = await fixture.open(MARA);
    const message = page.locator(inMessage(ts));
    await message.getByLabel('Leave out pid 20131').check();
    await message.locator('[data-action-id="choose.boxes"]:not(.busy)').waitFor();
    await message.getByLabel('Tell #checkout').check();
    await message.locator('[data-action-id="choose.one"]').click();
    await page.keyboard.type('thi');
    await page.getByRole('option', { name: 'Third' }).waitFor();
    await page.keyboard.press('Enter');
    await message.locator('[data-action-id="choose.one"]:not(.busy)').getByText('Third').waitFor();
    await message.locator('[data-action-id="send.choices"]').click();
    await expect.poll(() => seen.length).toBe(1);
    expect(seen[0]).toMatchObject({
      state: {
        values: {
          choices: {
            'choose.boxes': { selected_options: [{ value: 'skip' }, { value: 'tell' }] },
            'choose.one': { selected_option: { value: 'third' } },
          },
        },
      },
    });
    await page.reload();
    expect(await message.getByLabel('Tell #checkout').isChecked()).toBe(true);
    expect(await message.getByRole('checkbox', { name: 'Third' }).isChecked()).toBe(false);
  });

  test('shows the errors of a modal at their fields, keeps what was typed, and closes on success', async () => {
    const submitted: unknown[] = [];
    fixture.app.action('open.modal', async ({ ack, body, client }) => {
      await ack();
      await client.views.open({ trigger_id: 'trigger_id' in body ? body.trigger_id : '', view });
    });
    fixture.app.view('targets', async ({ ack, view: { state } }) => {
      const reason = state.values.why?.why?.value ?? '';
      submitted.push(state.values.pids?.pids?.selected_options?.map(({ value }) => value));
      if (reason.length < 10)
        await ack({ response_action: 'errors', errors: { why: 'Say at least ten characters.' } });
      else await ack();
    });
    const view = {
      type: 'modal' as const,
      callback_id: 'targets',
      title: plain('Change the targets'),
      submit: plain('Update the plan'),
      blocks: [
        {
          type: 'input' as const,
          block_id: 'pids',
          label: plain('Sessions to end'),
          element: {
            type: 'multi_static_select' as const,
            action_id: 'pids',
            options: [option('pid 1', '1'), option('pid 2', '2')],
          },
        },
        {
          type: 'input' as const,
          block_id: 'why',
          label: plain('Reason'),
          element: { type: 'plain_text_input' as const, action_id: 'why' },
        },
      ],
    };
    const button = { type: 'button' as const, text: plain('Change'), action_id: 'open.modal' };
    const ts = await fixture.post('modal', [{ type: 'actions', elements: [button] }]);
    const page = await fixture.open(MARA);
    await page.locator(`${inMessage(ts)} [data-action-id="open.modal"]`).click();
    const dialog = page.getByRole('dialog', { name: 'Change the targets' });
    const submit = dialog.getByRole('button', { name: 'Update the plan' });
    const reason = dialog.getByRole('textbox', { name: 'Reason' });

    await submit.click();
    expect(await dialog.getByText('Please complete this required field.').count()).toBe(2);
    expect(submitted).toEqual([]);

    await dialog.locator('[data-action-id="pids"]').click();
    await page.getByRole('option', { name: 'pid 1' }).click();
    await page.getByRole('option', { name: 'pid 2' }).click();
    await page.keyboard.press('Escape');
    await reason.fill('short');
    await submit.click();
    await dialog.locator('[data-error-for="why"]').getByText('Say at least ten characters.').waitFor();
    expect(await reason.inputValue()).toBe('short');
    expect(await isFocused(reason)).toBe(true);

    await page.keyboard.type(' but now long enough');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(submitted).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  test('completes and sends a slash command; its answer is only for the person who typed it', async () => {
    const texts: string[] = [];
    fixture.app.command('/db-triage', async ({ ack, command }) => {
      texts.push(`${command.user_id} ${command.text}`);
      await ack({ response_type: 'ephemeral', text: 'Triage of *orders* begins' });
    });
    const page = await fixture.open(MARA);
    const other = await fixture.open(DENIZ);
    const field = page.getByRole('textbox', { name: 'Message #incidents' });
    await field.click();
    await page.keyboard.type('/db');
    await page.getByRole('option', { name: '/db-triage' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('orders');
    await page.keyboard.press('Enter');
    const answer = page.locator('.message.ephemeral', { hasText: 'Triage of orders begins' });
    await answer.getByText('Only visible to you').waitFor();
    expect(texts).toEqual([`${MARA} orders`]);
    expect(await field.inputValue()).toBe('');

    await fixture.post('a message after the answer');
    await other.getByText('a message after the answer').waitFor();
    expect(await other.getByText('Triage of orders begins').count()).toBe(0);

    await page.locator('.acting').click();
    await page.getByRole('menuitemradio', { name: 'Deniz Okafor' }).click();
    await answer.waitFor({ state: 'detached' });
  });

  test('a live update keeps half-typed text, focus, caret and the open menu', async () => {
    const options = [option('One', '1'), option('Two', '2')];
    const blocks = (text: string): KnownBlock[] => [
      section(text),
      {
        type: 'actions',
        block_id: 'keep',
        elements: [{ type: 'static_select', action_id: 'keep.select', placeholder: plain('Pick'), options }],
      },
    ];
    const ts = await fixture.post('live', blocks('before'));
    const page = await fixture.open(MARA);
    const update = async (text: string) => {
      await fixture.app.client.chat.update({ channel: CHANNEL, ts, text, blocks: blocks(text) });
      await page.locator(inMessage(ts)).getByText(text).waitFor();
    };
    const field = page.getByRole('textbox', { name: 'Message #incidents' });
    await field.click();
    await page.keyboard.type('half typed');
    await page.keyboard.press('ArrowLeft');
    await update('after one');
    await page.keyboard.type('X');
    expect(await field.inputValue()).toBe('half typeXd');

    await page.locator(`${inMessage(ts)} [data-action-id="keep.select"]`).click();
    await page.keyboard.type('Tw');
    await update('after two');
    expect(await page.getByRole('option').allTextContents()).toEqual(['Two']);
    await page.keyboard.press('Escape');
    const select = page.locator(`${inMessage(ts)} [data-action-id="keep.select"]`);
    expect(await isFocused(select)).toBe(true);
  });

  test('an update of a modal keeps half-typed text, focus and caret', async () => {
    let viewId = '';
    const view = (hint: string) => ({
      type: 'modal' as const,
      title: plain('Note'),
      submit: plain('Save'),
      blocks: [
        {
          type: 'input' as const,
          block_id: 'note',
          label: plain('Note'),
          hint: plain(hint),
          element: { type: 'plain_text_input' as const, action_id: 'note' },
        },
      ],
    });
    fixture.app.action('open.note', async ({ ack, body, client }) => {
      await ack();
      const trigger = 'trigger_id' in body ? body.trigger_id : '';
      const opened = await client.views.open({ trigger_id: trigger, view: view('hint one') });
      viewId = opened.view?.id ?? '';
    });
    const button = { type: 'button' as const, text: plain('Note'), action_id: 'open.note' };
    const ts = await fixture.post('note', [{ type: 'actions', elements: [button] }]);
    const page = await fixture.open(MARA);
    await page.locator(`${inMessage(ts)} [data-action-id="open.note"]`).click();
    const field = page.getByRole('textbox', { name: 'Note' });
    await field.click();
    await page.keyboard.type('half');
    await page.keyboard.press('ArrowLeft');
    await fixture.app.client.views.update({ view_id: viewId, view: view('hint two') });
    await page.getByText('hint two').waitFor();
    await page.keyboard.type('X');
    expect(await field.inputValue()).toBe('halXf');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
  });

  test('follows the newest thread, and shows replies and broadcasts where Slack does', async () => {
    const parent = await fixture.post('INC-31 pool exhausted');
    const page = await fixture.open(MARA, '&follow=1');
    await fixture.post('first reply', [], { thread_ts: parent });
    const thread = page.getByRole('complementary', { name: 'Thread' });
    await thread.getByText('first reply').waitFor();
    await fixture.app.client.chat.postMessage({
      channel: CHANNEL,
      text: 'mitigated',
      thread_ts: parent,
      reply_broadcast: true,
    });
    await thread.getByText('Also sent to the channel').waitFor();
    await page.locator('.pane-channel').getByText('replied to a thread').waitFor();
    await page.locator(inMessage(parent)).getByRole('button', { name: '2 replies' }).waitFor();
    expect(await page.locator('.pane-channel').getByText('first reply').count()).toBe(0);

    await thread.getByRole('textbox', { name: 'Reply…' }).fill('thanks');
    await page.keyboard.press('Enter');
    await thread.locator('.message', { hasText: 'thanks' }).waitFor();
  });

  test('asks the app for the options of an external select, and sends several choices when the menu closes', async () => {
    const sent: unknown[] = [];
    fixture.app.options('pick.external', async ({ ack, payload }) => {
      await ack({ options: [option(`pid of ${payload.value}`, '7')] });
    });
    fixture.app.action(/^pick\./, async ({ ack, action }) => {
      sent.push(action);
      await ack();
    });
    const options = [option('pid 1', '1'), option('pid 2', '2')];
    const ts = await fixture.post('pick', [
      {
        type: 'actions',
        elements: [
          {
            type: 'external_select',
            action_id: 'pick.external',
            placeholder: plain('Session'),
            min_query_length: 2,
          },
          { type: 'multi_static_select', action_id: 'pick.many', placeholder: plain('Sessions'), options },
          { type: 'overflow', action_id: 'pick.more', options },
        ],
      },
    ]);
    const page = await fixture.open(MARA);
    const message = page.locator(inMessage(ts));
    await message.locator('[data-action-id="pick.external"]').click();
    await page.keyboard.type('bat');
    await page.getByRole('option', { name: 'pid of bat' }).click();
    await expect.poll(() => sent.length).toBe(1);

    await message.locator('[data-action-id="pick.many"]').click();
    await page.getByRole('option', { name: 'pid 2' }).click();
    await page.getByRole('option', { name: 'pid 1' }).click();
    expect(sent.length).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => sent.length).toBe(2);

    await message.locator('[data-action-id="pick.more"]').click();
    await page.getByRole('menuitem', { name: 'pid 2' }).click();
    await expect.poll(() => sent.length).toBe(3);
    expect(sent).toMatchObject([
      { selected_option: { value: '7' } },
      { selected_options: [{ value: '2' }, { value: '1' }] },
      { selected_option: { value: '2' } },
    ]);
  });

  test('shows an uploaded image with its title', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>';
    const file = {
      file: Buffer.from(svg),
      filename: 'pool.svg',
      title: 'Pool usage',
    };
    await fixture.app.client.filesUploadV2({ channel_id: CHANNEL, ...file });
    const page = await fixture.open(MARA);
    const image = page.getByRole('img', { name: 'Pool usage' });
    await image.waitFor();
    const width = () => image.evaluate((node: { naturalWidth?: number }) => node.naturalWidth);
    await expect.poll(width).toBe(40);
  });

  test('shows what the app published as its Home', async () => {
    fixture.app.event('app_home_opened', async ({ event, client }) => {
      const view = {
        type: 'home' as const,
        blocks: [section(`Hello <@${event.user}>, *no* open incidents`)],
      };
      await client.views.publish({ user_id: event.user, view });
    });
    const page = await fixture.open(MARA);
    await page.locator('[data-home]').click();
    await page.getByText('Hello @Mara Lindqvist, no open incidents').waitFor();
  });
});
