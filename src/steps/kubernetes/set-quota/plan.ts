import type { BatchWorkload, ServiceWorkload } from '../../../domain/cluster-guardrails.ts';
import { describeError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Bound, PodUse } from '../../../domain/namespace-bounds.ts';
import type { Choice, Command } from '../../../domain/plan.ts';
import { formatCores, formatMemory } from '../../../domain/quantity.ts';
import { type Excluded, reasonsOf } from '../../parts.ts';
import { manifestText } from '../../shared/kubernetes/gitops.ts';
import { compactBody } from '../../shared/kubernetes/request-text.ts';
import type { Draft } from '../../step-kind.ts';
import { type Ctx, type Identity, LIMITS_NAME, MEMORY, type Params, QUOTA_NAME } from './contract.ts';
import { amounts, amountText, type Defaults, defaultsFor, peakOf, quotaFor, type Use, useOf } from './fit.ts';

/** Resources of which at least one has to be bounded (audit resource-quota). */
const BOUNDING = /^(?:(?:limits|requests)\.)?(?:cpu|memory)$|^pods$/;

/** What was read of a namespace that lacks a bound. */
interface Subject {
  readonly namespace: string;
  readonly lacks: { readonly quota: boolean; readonly limits: boolean };
  readonly pods: readonly PodUse[];
  readonly services: readonly ServiceWorkload[];
  readonly batches: readonly BatchWorkload[];
  readonly defaults: Defaults;
  readonly now: Use;
  readonly peak: Use;
  readonly quota: Use;
}

/** Proposes a ResourceQuota and a LimitRange for each namespace that lacks one, fitted to what is used. */
export async function planBounds(ctx: Ctx, params: Params): Promise<Draft<Identity>> {
  const subjects: Subject[] = [];
  const excluded: Excluded = [];
  const warnings: string[] = [];
  const { workloads } = ctx.ports;
  const read = workloads.namespaces.length === 0 ? null : await workloads.guardrails(ctx.signal);
  for (const namespace of workloads.namespaces) {
    const of = <T>(lists: readonly { namespace: string; items: T[] | null }[] | undefined): T[] | null =>
      lists?.find((list) => list.namespace === namespace)?.items ?? null;
    const [quotas, defaults] = [of(read?.quotas), of(read?.containerDefaults)];
    const [services, batches] = [of(read?.services), of(read?.batches)];
    const label = `namespace ${namespace}`;
    if (quotas === null || defaults === null) {
      excluded.push({ label, reason: 'Its quotas or limit ranges could not be read.' });
      continue;
    }
    const lacks = {
      quota: !quotas.some(({ hard }) => Object.keys(hard).some((name) => BOUNDING.test(name))),
      limits: !defaults.some(({ limits }) => 'cpu' in limits || 'memory' in limits),
    };
    const taken = [
      ...(lacks.quota && quotas.some(({ name }) => name === QUOTA_NAME)
        ? [`ResourceQuota ${QUOTA_NAME}`]
        : []),
      ...(lacks.limits && defaults.some(({ name }) => name === LIMITS_NAME)
        ? [`LimitRange ${LIMITS_NAME}`]
        : []),
    ];
    if (!lacks.quota && !lacks.limits) excluded.push({ label, reason: 'It has a quota and default limits.' });
    else if (taken.length > 0)
      excluded.push({ label, reason: `${taken.join(', ')} is there and bounds nothing. Change it by hand.` });
    else {
      const subject = await subjectOf(ctx, params, {
        namespace,
        lacks,
        services: services ?? [],
        batches: batches ?? [],
      });
      if (typeof subject === 'string') excluded.push({ label, reason: subject });
      else subjects.push(subject);
      if (services === null || batches === null)
        warnings.push(
          `The peak of ${namespace} is not wholly known: its Deployments or CronJobs could not be read.`,
        );
    }
  }
  return draftOf(ctx, { subjects, excluded, warnings: [...warnings, ...subjects.flatMap(warningsFor)] });
}

async function subjectOf(
  ctx: Ctx,
  params: Params,
  known: Pick<Subject, 'namespace' | 'lacks' | 'services' | 'batches'>,
): Promise<Subject | string> {
  const { services, batches, namespace } = known;
  let pods: PodUse[];
  try {
    pods = await ctx.ports.workloads.podUse(namespace, ctx.signal);
  } catch (error) {
    ctx.signal.throwIfAborted();
    return `What runs there could not be read, so nothing can be fitted to it: ${describeError(error).message}`;
  }
  const containers = [...pods, ...services, ...batches].flatMap((one) => [...one.containers]);
  const defaults = defaultsFor(containers, params);
  const now = useOf(pods, defaults);
  const peak = peakOf({ services, batches, pods }, defaults);
  return { ...known, pods, defaults, now, peak, quota: quotaFor(now, peak, params.headroom) };
}

function draftOf(
  ctx: Ctx,
  { subjects, excluded, warnings }: { subjects: readonly Subject[]; excluded: Excluded; warnings: string[] },
): Draft<Identity> {
  const targets = subjects.map(targetOf);
  const choices = subjects.some(({ lacks }) => lacks.limits) ? [memoryChoice(subjects)] : [];
  const names = subjects.map(({ namespace }) => namespace).join(', ');
  const chosen = targets.flatMap(({ identity }) =>
    choices[0]?.default === 'leave' ? identity.withoutMemory : identity.bounds,
  );
  return {
    summary: `Bound ${subjects.length === 0 ? 'no namespace' : `namespace ${names}`} somewhat above what it is known to use.`,
    impact:
      'What runs goes on as it is. New pods get default limits, and are refused once the quota is used up.',
    undo: 'Removing deletes exactly what was made here; pods keep the limits that they started with.',
    wontSolve: [
      'It bounds pods, not queries: timeouts and connection limits of the role do that.',
      'What is used in earnest may differ from what is stated: look at the metrics of the containers too.',
    ],
    warnings:
      subjects.length === 0
        ? warnings
        : [
            ...warnings,
            'A pod that is refused shows as FailedCreate in the events of its Job or ReplicaSet.',
          ],
    targets,
    excluded,
    choices,
    commands: chosen.map((bound) => commandOf(ctx, bound)),
    nothingToDo: subjects.length > 0 ? null : nothingToDo(excluded),
  };
}

function nothingToDo(excluded: Excluded): string {
  if (excluded.length === 0) return 'No cluster is configured: add a kubernetes section.';
  return reasonsOf(excluded);
}

function targetOf(subject: Subject): Draft<Identity>['targets'][number] {
  const { namespace, lacks, now, peak, quota } = subject;
  return {
    id: `namespace/${namespace}`,
    label: `namespace ${namespace}`,
    why: `It has no ${[...(lacks.quota ? ['ResourceQuota'] : []), ...(lacks.limits ? ['default limits'] : [])].join(' and no ')}.`,
    owner: null,
    facts: amounts.map((name) => ({
      name,
      value: `${lacks.quota ? `${amountText(name, quota[name])} at most; ` : ''}${amountText(name, now[name])} now, ${amountText(name, peak[name])} at the known peak`,
    })),
    sql: null,
    selected: true,
    identity: { namespace, bounds: boundsOf(subject, true), withoutMemory: boundsOf(subject, false) },
  };
}

/** The LimitRange comes first: with a quota on limits a pod without any is refused. */
function boundsOf({ namespace, lacks, defaults, quota }: Subject, memory: boolean): Bound[] {
  const given = (kind: 'limits' | 'requests', withMemory: boolean) => ({
    cpu: formatCores(defaults[kind].cpu),
    ...(withMemory ? { memory: formatMemory(defaults[kind].memory) } : {}),
  });
  const rule = {
    type: 'Container',
    default: given('limits', memory),
    defaultRequest: given('requests', true),
  };
  const hard = amounts
    .filter((name) => memory || name !== 'limits.memory')
    .map((name) => [name, amountText(name, quota[name])]);
  return [
    ...(lacks.limits
      ? [{ kind: 'LimitRange' as const, namespace, name: LIMITS_NAME, spec: { limits: [rule] } }]
      : []),
    ...(lacks.quota
      ? [
          {
            kind: 'ResourceQuota' as const,
            namespace,
            name: QUOTA_NAME,
            spec: { hard: Object.fromEntries(hard) as Record<string, string> },
          },
        ]
      : []),
  ];
}

function commandOf({ ports }: Ctx, bound: Bound): Command {
  const { kind, namespace, name, spec } = bound;
  return {
    label: `Make ${kind} ${namespace}/${name}`,
    language: 'text',
    text: compactBody(ports.workloads.boundText(bound)),
    patch: {
      text: manifestText({ apiVersion: 'v1', kind, metadata: { name, namespace }, spec }),
      undo: null,
    },
  };
}

/** A limit that is too small kills what it meets, so none is given where a container without one runs now. */
function memoryChoice(subjects: readonly Subject[]): Choice {
  const meets = subjects.some(({ pods }) => unlimited(pods).length > 0);
  const memory = subjects[0] === undefined ? '' : formatMemory(subjects[0].defaults.limits.memory);
  return {
    id: MEMORY,
    label: 'Containers that state no memory limit:',
    options: [
      {
        value: 'limit',
        label: `Give them ${memory}`,
        consequence: 'From their next start they are killed when they need more.',
      },
      {
        value: 'leave',
        label: 'Give them none',
        consequence: 'Nothing is killed for it; the quota does not bound memory limits.',
      },
    ],
    default: meets ? 'leave' : 'limit',
  };
}

function unlimited(pods: readonly PodUse[]): string[] {
  return pods
    .filter(({ containers }) => containers.some(({ limits }) => limits.memory === undefined))
    .map(({ name }) => name);
}

function warningsFor({ namespace, pods, lacks, batches, services, quota, now }: Subject): string[] {
  const bare = lacks.limits ? unlimited(pods) : [];
  const tool = batches.find(({ gitops }) => gitops !== null)?.gitops;
  const close = amounts.filter((name) => now[name] > 0.8 * quota[name]);
  return [
    ...(bare.length > 0
      ? [
          `${formatCount(bare.length, 'pod')} of ${namespace} state no memory limit (${bare.slice(0, 3).join(', ')}${bare.length > 3 ? ' …' : ''}): a default would reach them at their next start, so none is proposed.`,
        ]
      : []),
    ...(tool === undefined || tool === null
      ? []
      : [
          `${namespace} is deployed by ${tool.tool}: commit the manifests there too, or it does not know of them.`,
        ]),
    ...(pods.length === 0 && services.length === 0 && batches.length === 0
      ? [`Nothing runs in ${namespace}: the smallest bounds are proposed.`]
      : []),
    ...(close.length > 0 ? [`${namespace} uses more than 80 % of ${close.join(', ')} already.`] : []),
  ];
}
