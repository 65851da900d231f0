import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, send, sendJson } from './http-io.ts';
import type { Workspace } from './workspace/workspace.ts';

/** Takes the bytes of a file whose upload address `files.getUploadURLExternal` gave, as multipart or as they are. */
export async function handleUpload(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): Promise<void> {
  const file = workspace.files.get(id);
  if (file === undefined || file.completed) {
    sendJson(response, 404, { error: 'This upload address is not valid. Ask for a new one.' });
    return;
  }
  const body = await fileIn(request.headers['content-type'] ?? '', await readBody(request));
  if (body.length !== file.length) {
    const error = `The file has ${body.length} bytes, but ${file.length} were announced.`;
    sendJson(response, 400, { error });
    return;
  }
  file.body = body;
  send(response, 200, 'text/plain; charset=utf-8', `OK - ${body.length}`);
}

async function fileIn(type: string, body: Buffer): Promise<Buffer> {
  if (!type.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const part = [...form.values()].find((value) => typeof value !== 'string');
  return part === undefined ? Buffer.alloc(0) : Buffer.from(await part.arrayBuffer());
}
