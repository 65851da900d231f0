import { z } from 'zod';
import { Json } from './json.ts';

/** The objects that bound a namespace as a whole. */
const BoundKind = z.enum(['ResourceQuota', 'LimitRange']);
export type BoundKind = z.infer<typeof BoundKind>;

/** Names one of them. */
export const BoundRef = z.object({ kind: BoundKind, namespace: z.string(), name: z.string() });
export type BoundRef = z.infer<typeof BoundRef>;

/** One of them as it is to be made. */
export const Bound = BoundRef.extend({ spec: z.record(z.string(), Json) });
export type Bound = z.infer<typeof Bound>;

/** One of them as it stands in the cluster. */
export interface StoredBound extends Bound {
  readonly uid: string;
  /** What of a quota is used, by resource; empty until the controller has counted. */
  readonly used: Readonly<Record<string, string>>;
}

/** A pod that is not finished, with what its containers ask for. */
export interface PodUse {
  readonly name: string;
  /** Kind of the object that controls it, or null. */
  readonly ownerKind: string | null;
  readonly containers: readonly {
    readonly name: string;
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  }[];
}

/** Data of the outcome of the step kind kubernetes.set-quota: what it made, so that exactly this is removed. */
export const MadeBounds = z.object({
  made: z.array(Bound.extend({ uid: z.string() })),
});
export type MadeBounds = z.infer<typeof MadeBounds>;

/** `ResourceQuota analytics/firebreak-bounds`. */
export function boundName({ kind, namespace, name }: BoundRef): string {
  return `${kind} ${namespace}/${name}`;
}
