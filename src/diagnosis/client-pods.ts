import type { Evidence } from '../domain/cause.ts';
import type { ClusterFacts, Pod } from '../domain/cluster.ts';
import { formatCount } from '../domain/format.ts';

/** Sessions at one client address. */
export interface Clients {
  readonly address: string | null;
  readonly sessions: number;
}

/** At most this many addresses are named in one sentence. */
const MOST_ADDRESSES = 3;
/** At most this many different chains of owners are named in one sentence. */
const MOST_CHAINS = 2;

/** The running pods that have this address. */
export function runningPods(address: string | null, cluster: ClusterFacts): Pod[] {
  return address === null ? [] : (cluster.podsByIp[address] ?? []).filter(({ phase }) => phase === 'Running');
}

/** The pod that proves who the client is: running, alone at its address, and not on the host network. Else null. */
export function provenPod(address: string | null, cluster: ClusterFacts): Pod | null {
  const [pod, ...others] = runningPods(address, cluster);
  return pod === undefined || others.length > 0 || pod.hostNetwork ? null : pod;
}

/** One sentence for all sessions that a pod of their own proves, or none when there are no such sessions. */
export function podEvidence(clients: readonly Clients[], cluster: ClusterFacts): Evidence[] {
  const found = clients.flatMap(({ address, sessions }) => {
    const pod = provenPod(address, cluster);
    return pod === null || address === null ? [] : [{ address, sessions, pod }];
  });
  const [first] = found;
  if (first === undefined) return [];
  const sessions = found.reduce((sum, one) => sum + one.sessions, 0);
  const addresses = [...new Set(found.map(({ address }) => address))];
  const chains = [...new Set(found.map(({ pod }) => chainOf(pod)).filter((chain) => chain !== ''))];
  const of = chains.length === 0 ? '' : ` of ${listed(chains, MOST_CHAINS)}`;
  const text =
    addresses.length === 1
      ? `${come(sessions)} from ${first.address}, the address of the running pod ${first.pod.namespace}/${first.pod.name}${of} alone.`
      : `${come(sessions)} from the addresses of ${addresses.length} running pods (${listed(addresses, MOST_ADDRESSES)})${of}; no other pod has them.`;
  return [{ strength: 'strong', text }];
}

function come(sessions: number): string {
  return sessions === 1 ? '1 session comes' : `${formatCount(sessions, 'session')} come`;
}

/** `Job report-generator-28861356 of CronJob report-generator`; empty for a bare pod. */
function chainOf(pod: Pod): string {
  return pod.owners.map(({ kind, name }) => `${kind} ${name}`).join(' of ');
}

function listed(items: readonly string[], most: number): string {
  const left = items.length - most;
  return [...items.slice(0, most), ...(left > 0 ? [`${left} more`] : [])].join(', ');
}
