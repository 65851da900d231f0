import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import {
  AuthorityInfoAccessExtension,
  BasicConstraintsExtension,
  type Extension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const DAY_MS = 86_400_000;
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

/** A certificate with its private key. */
export interface Certified {
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly privateKey: KeyObject;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Wanted {
  /** Common name. */
  readonly name: string;
  /** Who signs it; itself when absent. */
  readonly issuer?: Certified;
  /** Whether it may issue others. */
  readonly isAuthority?: boolean;
  /** DNS names and addresses for which it stands. */
  readonly hosts?: readonly string[];
  /** Where the certificate of its issuer is published. */
  readonly issuerUrl?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** Makes a certificate, valid from yesterday until tomorrow unless told otherwise. */
export async function certify(wanted: Wanted): Promise<Certified> {
  const { name, issuer, isAuthority = false, hosts = [], issuerUrl } = wanted;
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const extensions: Extension[] = [new BasicConstraintsExtension(isAuthority, undefined, true)];
  if (hosts.length > 0) extensions.push(new SubjectAlternativeNameExtension(hosts.map(nameOf)));
  if (issuerUrl !== undefined) extensions.push(new AuthorityInfoAccessExtension({ caIssuers: issuerUrl }));
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: issuer?.certificate.subject ?? `CN=${name}`,
    notBefore: wanted.notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: wanted.notAfter ?? new Date(Date.now() + DAY_MS),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions,
  });
  return { certificate, pem: certificate.toString('pem'), privateKey: KeyObject.from(keys.privateKey), keys };
}

function nameOf(host: string) {
  return { type: /^[\d.]+$/.test(host) ? ('ip' as const) : ('dns' as const), value: host };
}
