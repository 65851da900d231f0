/** Ends of names inside a cluster that say nothing about which host it is. */
const CLUSTER_DOMAIN = /\.(?:svc(?:\.[a-z0-9.-]+)?|cluster\.local)$/i;

/**
 * Whether two host names mean the same host. Inside a cluster a Service goes by `orders`, `orders.db` and
 * `orders.db.svc.cluster.local`; a name with dots that is no Service of the cluster is compared as a whole.
 */
export function isSameHost(one: string, other: string): boolean {
  const [a, b] = [one, other].map((host) =>
    host.toLowerCase().replace(/\.$/, '').replace(CLUSTER_DOMAIN, ''),
  );
  if (a === undefined || b === undefined || a === '' || b === '') return false;
  if (a === b) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return (
    isServiceName(short) && long.startsWith(`${short}.`) && long.split('.').length === 2 && !isAddress(long)
  );
}

/** One label: the name of a Service, used from its own namespace. */
function isServiceName(host: string): boolean {
  return /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(host) && host !== 'localhost';
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host);
}
