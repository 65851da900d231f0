import { messageOf } from './api-error.ts';
import { checkManifest } from './manifest-check.ts';
import { isObject, type JsonObject, section } from './objects.ts';
import type { Registry } from './registry.ts';
import { NAMESPACES, type Resource, resourceOfKind } from './resources.ts';

const MANAGER = 'kubectl';
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * Stores the manifests a sandbox starts with, namespaces first; a namespace that only objects mention is created. A
 * manifest may bring a status and a creationTimestamp, so that a sandbox can start in the middle of a story.
 * Throws a sentence that names the manifest for anything the API would refuse.
 */
export function loadManifests(registry: Registry, manifests: readonly unknown[]): void {
  const known = manifests.map(resolve);
  for (const name of SYSTEM_NAMESPACES) createNamespace(registry, { metadata: { name } });
  for (const { resource, manifest } of known)
    if (resource === NAMESPACES) createNamespace(registry, manifest);
  for (const { resource, manifest } of known) {
    if (resource === NAMESPACES) continue;
    const given = section(manifest, 'metadata').namespace;
    const namespace = typeof given === 'string' ? given : 'default';
    if (resource.namespaced) createNamespace(registry, { metadata: { name: namespace } });
    try {
      const object = checkManifest(resource, manifest);
      registry.create(resource, resource.namespaced ? namespace : undefined, object, {
        manager: MANAGER,
        keepStatus: true,
      });
    } catch (error) {
      throw new Error(
        `The sandbox cannot load ${describe(manifest)}: ${messageOf(error)}. Correct the manifest.`,
      );
    }
  }
}

function resolve(manifest: unknown): { resource: Resource; manifest: JsonObject } {
  if (!isObject(manifest))
    throw new Error('Each initial object of the sandbox must be a Kubernetes manifest object.');
  const resource = resourceOfKind(manifest.apiVersion, manifest.kind);
  if (resource === undefined) {
    throw new Error(`The sandbox does not serve ${describe(manifest)}. Leave it out of the initial objects.`);
  }
  return { resource, manifest };
}

function describe(manifest: JsonObject): string {
  const name = section(manifest, 'metadata').name;
  return `${String(manifest.apiVersion)} ${String(manifest.kind)} "${String(name)}"`;
}

function createNamespace(registry: Registry, manifest: JsonObject): void {
  const { name } = section(manifest, 'metadata');
  if (typeof name !== 'string' || registry.store.get(NAMESPACES, undefined, name) !== undefined) return;
  registry.create(NAMESPACES, undefined, manifest, { manager: MANAGER });
}
