import type { Secret } from '../../domain/secret.ts';
import type { Fetch } from '../../ports/http.ts';

/** A token for a client of the SDK, which keeps it for ever, and a fetch that sends in its place what the secret is at the call. */
export function presentToken(
  secret: Secret,
  fetch: Fetch,
): { readonly token: string; readonly fetch: Fetch } {
  const token = secret.reveal();
  return {
    token,
    async fetch(url, init) {
      const headers = new Headers(init?.headers);
      if (headers.get('authorization') === `Bearer ${token}`)
        headers.set('authorization', `Bearer ${secret.reveal()}`);
      return await fetch(url, { ...init, headers });
    },
  };
}
