/** Hosts of this machine: what goes there crosses no network. */
const LOCAL = /^(?:|localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1|\/.*)$/i;
/** Parameters by which somebody decided on TLS. */
const DECIDED = ['sslmode', 'ssl'];

/**
 * A connection URL of PostgreSQL that asks for a verified server: over a network, one that says nothing of TLS gets
 * `sslmode=verify-full`, so that a password goes to nobody else. One that cannot be read stays as it is.
 */
export function verifiedUrl(text: string): string {
  const url = URL.parse(text) ?? URL.parse(text.replace('@/', '@localhost/'));
  if (url === null || DECIDED.some((name) => url.searchParams.has(name))) return text;
  const host = url.searchParams.get('host') ?? url.hostname;
  if (LOCAL.test(decodeURIComponent(host))) return text;
  return `${text}${text.includes('?') ? '&' : '?'}sslmode=verify-full`;
}

/** What to do when a server has no TLS, or a certificate that nobody vouches for; null for other errors. */
export function tlsHint(message: string): string | null {
  if (/does not support SSL/i.test(message))
    return 'It has no TLS, and over a network Firebreak asks for it. Turn it on there (ssl = on); where the network is yours alone, write sslmode=disable at the end of the URL.';
  if (/certificate|altnames/i.test(message))
    return 'Its certificate is not trusted, or is for another host. Name the file of its authority at the end of the URL (sslrootcert=/path/ca.pem) or in NODE_EXTRA_CA_CERTS, and use the host name of the certificate.';
  return null;
}
