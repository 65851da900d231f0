import { expect, test } from 'vitest';
import { noTelemetry } from '../../../src/adapters/telemetry/no-telemetry.ts';

test('where nobody watches the work is done all the same, and fails as it fails', async () => {
  expect(await noTelemetry.call('slack', 'chat.postMessage', async () => 'sent')).toBe('sent');
  expect(await noTelemetry.work('render', async () => 'done')).toBe('done');
  const failing = noTelemetry.call('postgres', 'snapshot', async () => {
    throw new Error('gone');
  });
  await expect(failing).rejects.toThrow('gone');
});
