/** Bytes of an answer that are read at most; what any of these services answers is far below. */
const MOST_BYTES = 1_000_000;

/** The text of an answer, cut where it is beyond reason. Throws what the connection throws. */
export async function readText({ body }: Response): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    text += decoder.decode(chunk, { stream: true });
    if (bytes > MOST_BYTES) break;
  }
  return text;
}
