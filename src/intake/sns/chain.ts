import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';

/** Certificates between that of SNS and a root; there is one today. */
const MOST_BETWEEN = 3;

/** Fetches the certificate at an address; throws when it cannot be had. */
export type FetchCertificate = (url: URL) => Promise<X509Certificate>;

/**
 * Why no authority that this machine trusts (Node's roots, and NODE_EXTRA_CA_CERTS) vouches for a certificate, or null.
 * SNS serves its certificate alone: what stands between it and the root is fetched from where the certificate says, and
 * believed by its signature. Throws when it cannot be fetched.
 */
export async function distrust(
  certificate: X509Certificate,
  fetchCertificate: FetchCertificate,
  now: Date,
): Promise<string | null> {
  const roots = getCACertificates('default').map((pem) => new X509Certificate(pem));
  let current = certificate;
  for (let between = 0; between <= MOST_BETWEEN; between += 1) {
    if (!isValidAt(current, now)) return 'The signing certificate, or one above it, is not valid now.';
    if (roots.some((root) => isValidAt(root, now) && issued(root, current))) return null;
    const url = issuerUrl(current);
    if (url === null) break;
    const issuer = await fetchCertificate(url);
    if (!issued(issuer, current)) break;
    current = issuer;
  }
  return 'No authority that this machine trusts vouches for the signing certificate.';
}

/** Whether a certificate may be used at this moment. */
export function isValidAt({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  return validFromDate <= now && now <= validToDate;
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Where Amazon Trust Services publishes the issuer (Authority Information Access). It is plain HTTP by design. */
function issuerUrl({ infoAccess }: X509Certificate): URL | null {
  const text = /^CA Issuers - URI:(\S+)$/m.exec(infoAccess ?? '')?.[1] ?? '';
  const url = URL.parse(text);
  const isAmazon = url !== null && /^https?:$/.test(url.protocol) && url.port === '';
  return isAmazon && url.hostname.endsWith('.amazontrust.com') ? url : null;
}
