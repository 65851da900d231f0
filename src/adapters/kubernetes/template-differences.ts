import { isDeepStrictEqual } from 'node:util';

interface RawContainer {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
}

/** A pod template as the API sends it; nothing of it is dropped, so that it can be sent back. */
export interface RawTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly containers?: readonly RawContainer[];
    readonly initContainers?: readonly RawContainer[];
  };
}

/**
 * What differs between two pod templates, in words. Images are told in full; of variables, arguments and everything
 * else the name only, because their values may be secrets.
 */
export function templateDifferences(now: RawTemplate, then: RawTemplate): string[] {
  const podFields = differingKeys({ ...now.spec }, { ...then.spec }, ['containers', 'initContainers']);
  const metadata = differingKeys({ ...now.metadata }, { ...then.metadata }, ['creationTimestamp']);
  return [
    ...containerDifferences('container', now.spec?.containers ?? [], then.spec?.containers ?? []),
    ...containerDifferences(
      'init container',
      now.spec?.initContainers ?? [],
      then.spec?.initContainers ?? [],
    ),
    ...(podFields.length === 0 ? [] : [`Also of the pods: ${podFields.join(', ')}.`]),
    ...(metadata.length === 0 ? [] : [`Of the pods' metadata: ${metadata.join(', ')}.`]),
  ];
}

function containerDifferences(
  what: string,
  now: readonly RawContainer[],
  then: readonly RawContainer[],
): string[] {
  const names = [...new Set([...now, ...then].map(({ name }) => name))];
  return names.flatMap((name) => {
    const [from, to] = [now, then].map((list) => list.find((container) => container.name === name));
    if (from === undefined) return [`It has ${what} ${name} again (${to?.image ?? 'no image'}).`];
    if (to === undefined) return [`It has no ${what} ${name} any more (${from.image ?? 'no image'}).`];
    const variables = variableDifferences(from, to);
    const others = differingKeys({ ...from }, { ...to }, ['name', 'image', 'env']);
    return [
      ...(from.image === to.image ? [] : [`Image of ${name}: ${from.image} becomes ${to.image}.`]),
      ...(variables.length === 0
        ? []
        : [`Variables of ${name} (values are not shown): ${variables.join(', ')}.`]),
      ...(others.length === 0 ? [] : [`Also of ${name}: ${others.join(', ')}.`]),
    ];
  });
}

function variableDifferences(from: RawContainer, to: RawContainer): string[] {
  const [now, then] = [from, to].map(
    ({ env }) => new Map((env ?? []).map(({ name, value, valueFrom }) => [name, [value, valueFrom]])),
  );
  const names = [...new Set([...(now?.keys() ?? []), ...(then?.keys() ?? [])])];
  return names.flatMap((name) => {
    if (then?.get(name) === undefined) return [`${name} goes`];
    if (now?.get(name) === undefined) return [`${name} comes back`];
    return isDeepStrictEqual(now.get(name), then.get(name)) ? [] : [`${name} changes`];
  });
}

function differingKeys(now: object, then: object, but: readonly string[]): string[] {
  const [before, after] = [new Map(Object.entries(now)), new Map(Object.entries(then))];
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => !but.includes(key) && !isDeepStrictEqual(before.get(key), after.get(key)),
  );
}
