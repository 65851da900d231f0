/** What the name of a topic tells of where its messages come from. */
export interface TopicOrigin {
  /** Host of the regional endpoint: certificates and confirmations are there and nowhere else. */
  readonly host: string;
  /** Names of which the signing certificate has one; they differ between regions (AWS SDK for Java 2, SnsHostProvider). */
  readonly certificateNames: readonly string[];
}

/** `arn:aws:sns:<region>:<account>:<topic>`, of any partition. */
export const TOPIC_ARN = /^arn:aws(?:-[a-z-]+)?:sns:([a-z]{2,4}(?:-[a-z]+)+-\d):\d{12}:[\w.-]{1,256}$/;

/** Null when it is no name of a topic. */
export function originOf(topicArn: string): TopicOrigin | null {
  const region = TOPIC_ARN.exec(topicArn)?.[1];
  if (region === undefined) return null;
  const domain = domainOf(region);
  return {
    host: `sns.${region}.${domain}`,
    certificateNames: [
      `sns.${domain}`,
      `sns.${region}.${domain}`,
      `sns-signing.${region}.${domain}`,
      `sns-${region}.${domain}`,
      ...(region === 'us-gov-east-1' ? [`sns-us-gov-west-1.${domain}`] : []),
    ],
  };
}

function domainOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}

/** The address of a certificate, or null when it is none of this topic's endpoint. */
export function certificateUrl(text: string, { host }: TopicOrigin): URL | null {
  const url = httpsUrlAt(text, host);
  return url !== null && url.search === '' && /^\/[\w-]+\.pem$/.test(url.pathname) ? url : null;
}

/** The address that confirms a subscription to this topic, or null when it is another one. */
export function confirmationUrl(text: string, topicArn: string): URL | null {
  const origin = originOf(topicArn);
  const url = origin === null ? null : httpsUrlAt(text, origin.host);
  if (url === null) return null;
  const isConfirmation =
    url.pathname === '/' &&
    url.searchParams.get('Action') === 'ConfirmSubscription' &&
    url.searchParams.get('TopicArn') === topicArn;
  return isConfirmation ? url : null;
}

function httpsUrlAt(text: string, host: string): URL | null {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'https:' || url.host !== host) return null;
  return url.username === '' && url.password === '' && url.hash === '' ? url : null;
}
