import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Fetch } from '../../ports/http.ts';

/** A file as it is uploaded. */
export interface Upload {
  readonly name: string;
  readonly title: string;
  readonly bytes: Uint8Array;
  /** For a picture: what it says, in words. */
  readonly altText?: string;
}

/** Slack's limit for the description of a file. */
const MOST_ALT_TEXT = 1000;
const Address = z.object({ upload_url: z.string(), file_id: z.string() });
/** Milliseconds that the bytes may take. */
const TRANSFER_MS = 30_000;

/**
 * Sends a file to Slack, where nobody sees it yet; resolves with its id (docs.slack.dev/messaging/working-with-files).
 * Throws the errors of the SDK, and an Error when the bytes are not taken.
 */
export async function sendFile(
  client: webApi.WebClient,
  fetch: Fetch,
  { name, bytes, altText }: Upload,
): Promise<string> {
  // The SDK knows `alt_text`, which the method does not (web-api 8.2).
  const answer = await client.apiCall('files.getUploadURLExternal', {
    filename: name,
    length: bytes.length,
    ...(altText === undefined ? {} : { alt_txt: altText.slice(0, MOST_ALT_TEXT) }),
  });
  const { upload_url, file_id } = Address.parse(answer);
  const sent = await fetch(upload_url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
    signal: AbortSignal.timeout(TRANSFER_MS),
  });
  if (!sent.ok) throw new Error(`Slack did not take the bytes of a file: ${sent.status}.`);
  return file_id;
}

/** Ends an upload without showing the file anywhere: a message names it. Throws the errors of the SDK. */
export async function keepFile(client: webApi.WebClient, id: string, title: string): Promise<void> {
  await client.files.completeUploadExternal({ files: [{ id, title }] });
}

/** Ends an upload by showing the file in a thread. The text is mrkdwn. Throws the errors of the SDK. */
export async function shareFile(
  client: webApi.WebClient,
  file: { readonly id: string; readonly title: string },
  to: { readonly channel: string; readonly thread: string; readonly text: string },
): Promise<void> {
  await client.files.completeUploadExternal({
    files: [{ id: file.id, title: file.title }],
    channel_id: to.channel,
    thread_ts: to.thread,
    initial_comment: to.text,
  });
}
