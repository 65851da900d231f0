import { ApiError } from '../api-error.ts';
import { authorize } from '../auth/rbac.ts';
import type { User } from '../auth/users.ts';
import { qualifiedPlural } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import type { RequestInfo } from './request.ts';

/** Throws 403 with the server's text when RBAC does not allow a request. It comes before any look-up (trap 10). */
export function checkAccess(store: ObjectStore, user: User, info: RequestInfo, path: string): void {
  const { verb, group, plural, namespace, name } = info;
  const resource = info.subresource === '' ? plural : `${plural}/${info.subresource}`;
  const wanted = info.isResource ? { verb, group, resource, namespace, name } : { verb, path };
  if (authorize(store, user, wanted).allowed) return;
  if (!info.isResource) {
    throw new ApiError(403, 'Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"`);
  }
  const subject = qualifiedPlural({ plural, group });
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message =
    `${subject}${name === '' ? '' : ` "${name}"`} is forbidden: User "${user.name}" cannot ${verb} ` +
    `resource "${resource}" in API group "${group}" ${where}`;
  throw new ApiError(403, 'Forbidden', message, {
    details: { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural },
  });
}
