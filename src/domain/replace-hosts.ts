import { type HostPort, hostsText } from './database-route.ts';

/**
 * A connection string, or a host alone, with other hosts and everything else as it was. Null when that cannot be done
 * surely, such as where the hosts stand in the query of a URL.
 */
export function replaceHosts(
  value: string,
  from: readonly HostPort[],
  to: readonly HostPort[],
): string | null {
  if (/\bpostgres(?:ql)?(?:\+\w+)?:\/\//i.test(value)) return inUrl(value, to);
  if (/\bhost\s*=/.test(value)) return inKeywords(value, to);
  // A host alone: the port stands in a variable of its own, so it has to stay.
  const alone = to.map(({ host }) => host).join(',');
  return value.trim() === from.map(({ host }) => host).join(',') ? alone : null;
}

function inUrl(value: string, to: readonly HostPort[]): string | null {
  const [, head = '', authority = '', rest = ''] = /^(.*?:\/\/)([^/?#\s'"]*)(.*)$/s.exec(value) ?? [];
  if (authority === '' || /[?&](?:host|hostaddr)=/.test(rest)) return null;
  const at = authority.lastIndexOf('@');
  return `${head}${authority.slice(0, at + 1)}${hostsText(to)}${rest}`;
}

function inKeywords(value: string, to: readonly HostPort[]): string | null {
  if (/\bhostaddr\s*=/.test(value)) return null;
  const hosts = to.map(({ host }) => host).join(',');
  const ports = to.map(({ port }) => port ?? '').join(',');
  const moved = value.replace(/\bhost\s*=\s*(?:'[^']*'|[^\s']+)/, () => `host=${hosts}`);
  return moved.replace(/\bport\s*=\s*(?:'[^']*'|[^\s']+)/, (found) =>
    to.every(({ port }) => port === null) ? found : `port=${ports}`,
  );
}
