import type { ClusterAccess, NamespaceRight } from '../../../domain/access.ts';
import type { Remedy } from '../../../domain/audit.ts';
import { rbacManifest, subjectOf } from '../../../grants/rbac.ts';
import { defineCheck, ok, type Verdict } from '../../check.ts';
import { textRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'rights',
  kind: 'kubernetes',
  title: 'Rights in the namespaces',
  purpose:
    'Find and suspend CronJobs and Jobs, scale and roll back Deployments, in the named namespaces alone.',
  without: 'What is not granted cannot be looked at or stopped.',
  check: (access) => access.namespaces.flatMap((namespace) => verdicts(access, namespace)),
});

/** What is needed and what is optional apart; the remedy of both is one manifest, which stands under the first. */
function verdicts(access: ClusterAccess, namespace: string): Verdict[] {
  const own = access.rights.filter((right) => right.namespace === namespace);
  const lacking = own.filter(({ missingVerbs }) => missingVerbs.length > 0);
  const needed = lacking.filter(({ permission }) => !permission.optional);
  const optional = lacking.filter(({ permission }) => permission.optional);
  if (lacking.length === 0) return [ok(`${namespace}: all of them`)];
  const remedy = remedyFor(access, namespace);
  return [
    ...(needed.length === 0 ? [] : [lack('missing', namespace, needed, remedy)]),
    ...(optional.length === 0
      ? []
      : [
          lack(
            'advice',
            namespace,
            optional,
            needed.length === 0 ? remedy : { text: 'The manifest above grants it too.', commands: [] },
          ),
        ]),
  ];
}

function lack(
  status: 'missing' | 'advice',
  namespace: string,
  rights: readonly NamespaceRight[],
  remedy: Remedy,
): Verdict {
  const named = rights.map(
    ({ missingVerbs, permission }) => `${missingVerbs.join(', ')} ${permission.resource}`,
  );
  return {
    status,
    found: `${namespace}: not allowed to ${named.join('; ')}.`,
    without: rights.map(({ permission }) => permission.without).join(' '),
    remedy,
  };
}

function remedyFor({ identity }: ClusterAccess, namespace: string): Remedy {
  const subject = identity === null ? undefined : subjectOf(identity);
  return textRemedy(
    'Apply this Role and its binding, as somebody who may grant rights: kubectl apply -f rbac.yaml',
    'rbac.yaml',
    rbacManifest({ namespaces: [namespace], ...(subject === undefined ? {} : { subject }) }),
  );
}
