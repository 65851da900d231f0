import type { Culprit, Evidence } from '../domain/cause.ts';
import type { ClusterFacts, Pod } from '../domain/cluster.ts';
import type { Session } from '../domain/snapshot.ts';
import { podEvidence, runningPods } from './client-pods.ts';
import { interactiveTool } from './interactive-tools.ts';
import { atMost, originOf, withoutHost } from './through-pooler.ts';

/** What attribution looks at; a group of idle sessions has it too, without tags. */
export type Attributable = Pick<Session, 'clientAddress' | 'applicationName' | 'user' | 'tags' | 'behind'>;

/** Tags by which sqlcommenter libraries and batch frameworks name the program. */
const NAMING_TAGS = ['cronjob', 'job', 'application', 'app', 'service', 'controller'];

/**
 * Names who is behind a session. A running Pod that alone has the client address is strong evidence; a
 * tag or an application_name that equals the name of a CronJob or of a Job is medium, as is the name of a program
 * in which people type queries, at an address of no pod; a role is weak. When the address says nothing (loopback, proxy, host network, unknown), the evidence says so and the names decide.
 */
export function attribute(session: Attributable, cluster: ClusterFacts): Culprit {
  const { address, most, how } = originOf(session);
  const note: Evidence[] = how === null ? [] : [{ strength: 'weak', text: how }];
  const byAddress =
    address === null && how !== null
      ? { culprit: null, candidates: [], evidence: note }
      : withNote(attributeAddress(address, cluster), note);
  if (byAddress.culprit !== null)
    return { ...byAddress.culprit, evidence: atMost(byAddress.culprit.evidence, most) };
  const byName = attributeName(session, cluster, byAddress.candidates);
  return { ...byName, evidence: [...byName.evidence, ...byAddress.evidence] };
}

/** Two sessions with the same key have the same owner. */
export function culpritKey(culprit: Culprit): string {
  return `${culprit.kind}:${culprit.namespace ?? ''}/${culprit.name}`;
}

/** The strongest evidence for this owner. */
export function attributionStrength(culprit: Culprit): Evidence['strength'] | 'none' {
  if (culprit.kind === 'unknown') return 'none';
  const strengths = culprit.evidence.map(({ strength }) => strength);
  return strengths.includes('strong') ? 'strong' : strengths.includes('medium') ? 'medium' : 'weak';
}

interface ByAddress {
  readonly culprit: Culprit | null;
  readonly candidates: readonly Culprit[];
  readonly evidence: readonly Evidence[];
}

function withNote({ culprit, candidates, evidence }: ByAddress, note: readonly Evidence[]): ByAddress {
  return {
    culprit: culprit === null ? null : { ...culprit, evidence: [...culprit.evidence, ...note] },
    candidates,
    evidence: [...evidence, ...note],
  };
}

function attributeAddress(address: string | null, cluster: ClusterFacts): ByAddress {
  const nothing = (text: string): ByAddress => ({
    culprit: null,
    candidates: [],
    evidence: [{ strength: 'weak', text }],
  });
  if (address === null) return nothing('It connected over a local socket, so no address names its client.');
  const pods = runningPods(address, cluster);
  const [pod] = pods;
  if (pod === undefined) return nothing(addressOfNoPod(address, cluster));
  const owners = pods.map((candidate) => ownerOfPod(candidate, cluster));
  if (pods.length > 1) return severalPods(address, pods, owners);
  const [owner] = owners;
  if (owner === undefined || pod.hostNetwork) {
    return {
      ...nothing(
        `Address ${address} belongs to pod ${pod.namespace}/${pod.name} on the host network: every process of that node has it.`,
      ),
      candidates: owners,
    };
  }
  const evidence = podEvidence([{ address, sessions: 1 }], cluster);
  return { culprit: { ...owner, evidence }, candidates: [], evidence: [] };
}

function addressOfNoPod(address: string, cluster: ClusterFacts): string {
  if (isLoopback(address)) {
    return `Client address ${address} is a loopback address: a proxy or a program on the database's host, no pod.`;
  }
  const gap = cluster.gaps.length === 0 ? '' : ` (the cluster was not read completely: ${cluster.gaps[0]})`;
  return `No running pod has the client address ${address}${gap}.`;
}

function isLoopback(address: string): boolean {
  return /^127\.|^::1$/.test(address);
}

function severalPods(address: string, pods: readonly Pod[], owners: readonly Culprit[]): ByAddress {
  const names = pods.map((pod) => `${pod.namespace}/${pod.name}`).join(', ');
  const text = `${pods.length} running pods share the client address ${address}: ${names}.`;
  const [first] = owners;
  const same = first !== undefined && owners.every((owner) => culpritKey(owner) === culpritKey(first));
  if (!same) return { culprit: null, candidates: owners, evidence: [{ strength: 'weak', text }] };
  const evidence: Evidence[] = [{ strength: 'medium', text: `${text} All of them have the same owner.` }];
  return { culprit: { ...first, evidence }, candidates: [], evidence: [] };
}

function ownerOfPod(pod: Pod, cluster: ClusterFacts): Culprit {
  const job = pod.owners.find(({ kind }) => kind === 'Job');
  const parent = cluster.jobs.find((candidate) => candidate.uid === job?.uid)?.cronJob;
  const owner = pod.owners.at(-1);
  const culprit = (kind: Culprit['kind'], name: string): Culprit => ({
    kind,
    namespace: pod.namespace,
    name,
    evidence: [],
  });
  if (owner?.kind === 'CronJob') return culprit('CronJob', owner.name);
  if (owner?.kind === 'Job') {
    return parent === undefined || parent === null
      ? culprit('Job', owner.name)
      : culprit('CronJob', parent.name);
  }
  return owner?.kind === 'Deployment' ? culprit('Deployment', owner.name) : culprit('Pod', pod.name);
}

function attributeName(
  session: Attributable,
  cluster: ClusterFacts,
  candidates: readonly Culprit[],
): Culprit {
  const application = withoutHost(session.applicationName);
  const tag = NAMING_TAGS.find((name) => session.tags[name] !== undefined);
  const tagValue = tag === undefined ? undefined : session.tags[tag];
  const named = [
    { value: tagValue, text: `The query carries the tag ${tag}='${tagValue}'` },
    { value: application, text: `application_name is "${application}"` },
  ];
  for (const { value, text } of named) {
    if (value === undefined || value === '') continue;
    const found = workloadNamed(value, cluster, text) ?? candidateNamed(value, candidates, text) ?? null;
    if (found !== null) return found;
  }
  const person = tagValue === undefined && candidates.length === 0 ? personAt(session, application) : null;
  if (person !== null) return person;
  return fromRole(session, cluster) ?? fromApplication(session, tagValue ?? application);
}

/** The one CronJob, or the one Job that no CronJob owns, of this name. */
function workloadNamed(name: string, { cronJobs, jobs }: ClusterFacts, text: string): Culprit | null {
  const named = <T extends { name: string; namespace: string }>(
    kind: 'CronJob' | 'Job',
    items: readonly T[],
  ) => items.filter((item) => item.name === name).map(({ namespace }) => ({ kind, namespace }));
  const matches = [
    ...named('CronJob', cronJobs),
    ...named(
      'Job',
      jobs.filter((job) => job.cronJob === null && !job.finished),
    ),
  ];
  const [match] = matches;
  if (match === undefined || matches.length > 1) return null;
  const says = `${text}, the name of one ${match.kind} (the program says so itself).`;
  return { ...match, name, evidence: [{ strength: 'medium', text: says }] };
}

/** A person at a desk: a program in which people type queries, from an address of no pod, logged in with a role. */
function personAt({ user, clientAddress }: Attributable, application: string): Culprit | null {
  const tool = interactiveTool(application);
  if (tool === null || !tool.ownDesk || user === null) return null;
  const text = `Role "${user}" is logged in with ${tool.name}, a program in which people type queries (application_name "${application}").`;
  // Behind a proxy, a script of a Job gives itself out as psql too.
  const strength = clientAddress === null || isLoopback(clientAddress) ? 'weak' : 'medium';
  return { kind: 'person', namespace: null, name: user, evidence: [{ strength, text }] };
}

function candidateNamed(name: string, candidates: readonly Culprit[], text: string): Culprit | null {
  const match = candidates.find((candidate) => candidate.name === name);
  if (match === undefined) return null;
  const evidence: Evidence[] = [
    { strength: 'medium', text: `${text}, the owner of one of the pods at this address.` },
  ];
  return { ...match, evidence };
}

/** A role named like a CronJob is a hint at most: several programs may log in with one role. */
function fromRole(session: Attributable, cluster: ClusterFacts): Culprit | null {
  if (session.user === null) return null;
  const wanted = normal(session.user);
  const matches = cluster.cronJobs.filter(
    ({ name }) => normal(name) === wanted || normal(name) === normal(session.applicationName),
  );
  const [match] = matches;
  if (match === undefined || matches.length > 1) return null;
  const text = `Role "${session.user}" and application_name "${session.applicationName}" resemble the name of the CronJob.`;
  return {
    kind: 'CronJob',
    namespace: match.namespace,
    name: match.name,
    evidence: [{ strength: 'weak', text }],
  };
}

function fromApplication(session: Attributable, name: string): Culprit {
  if (name !== '') {
    const text = `The program calls itself "${name}" and logs in as role "${session.user ?? 'unknown'}".`;
    return { kind: 'application', namespace: null, name, evidence: [{ strength: 'weak', text }] };
  }
  if (session.user !== null) {
    const text = `Nothing but its role is known: "${session.user}".`;
    return { kind: 'role', namespace: null, name: session.user, evidence: [{ strength: 'weak', text }] };
  }
  return { kind: 'unknown', namespace: null, name: 'unknown', evidence: [] };
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
