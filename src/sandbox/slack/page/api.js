/** Speaks the control API of the sandbox server that served this page. */

/**
 * Posts one request. Resolves to the JSON answer; a refusal or a lost connection becomes `{ ok: false, error }`.
 *
 * @param {string} name The last part of the path, e.g. `action`.
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function post(name, body) {
  try {
    const response = await fetch(`/_sandbox/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return response.ok ? answer : { ...answer, ok: false };
  } catch {
    return { ok: false, verdict: 'failed', error: 'The sandbox server cannot be reached.' };
  }
}

/** @param {string} path @returns {Promise<any>} */
export async function get(path) {
  const response = await fetch(`/_sandbox/${path}`);
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
  return response.json();
}

/**
 * Listens to the server's changes for as long as the page lives; the browser reconnects by itself.
 *
 * @param {{ change: () => void, view: (event: { user: string, stack: object[] }) => void, link: (up: boolean) => void }} on
 */
export function listen(on) {
  const stream = new EventSource('/_sandbox/stream');
  stream.addEventListener('change', () => on.change());
  stream.addEventListener('view', (event) => on.view(JSON.parse(event.data)));
  stream.addEventListener('open', () => on.link(true));
  stream.addEventListener('error', () => on.link(false));
}
