import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseConfig } from '../../src/config/load-config.ts';
import { differencesFromModel } from './kubernetes-models.ts';

const KUBERNETES = 'deploy/kubernetes';
const kubectl = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' }).stdout ?? '';
/** Debian's kubectl brings kustomize 2, which does not know patches with a path. */
const canBuild = /Kustomize Version: v[5-9]/.test(kubectl);

const Resource = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
type Resource = z.infer<typeof Resource>;

const parsed = (text: string): Resource[] =>
  parseAllDocuments(text).map((document) => Resource.parse(document.toJS()));

/** Every manifest as it lies there, without what only kustomize reads. */
function files(): { file: string; resources: Resource[] }[] {
  return readdirSync(KUBERNETES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
    .map((file) => ({ file, resources: parsed(readFileSync(`${KUBERNETES}/${file}`, 'utf8')) }));
}

function built(overlay: string): Resource[] {
  const { status, stdout, stderr } = spawnSync(
    'kubectl',
    ['kustomize', `${KUBERNETES}/overlays/${overlay}`],
    {
      encoding: 'utf8',
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return parsed(stdout);
}

const Deployment = z.looseObject({
  spec: z.looseObject({
    replicas: z.number(),
    strategy: z.looseObject({ type: z.string() }),
    template: z.looseObject({
      spec: z.looseObject({
        securityContext: z.looseObject({ runAsNonRoot: z.boolean() }),
        containers: z.array(
          z.looseObject({
            image: z.string(),
            securityContext: z.looseObject({
              readOnlyRootFilesystem: z.boolean(),
              allowPrivilegeEscalation: z.boolean(),
              capabilities: z.unknown(),
            }),
            volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })),
          }),
        ),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});
const deploymentOf = (resources: readonly Resource[]) =>
  Deployment.parse(resources.find(({ kind }) => kind === 'Deployment')).spec;

it('a manifest that differs from the model of its kind is seen', () => {
  const metadata = { name: 'a' };
  const wrong = [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: '80' }] } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replica: 1 } },
    { apiVersion: 'v1', kind: 'Nothing', metadata },
  ];
  expect(wrong.flatMap(differencesFromModel)).toEqual([
    'Service.spec.ports[0].port is no number: "80"',
    'Deployment.spec has no field replica',
    'there is no model V1Nothing',
  ]);
});

describe('the manifests', () => {
  it('are what the OpenAPI models of Kubernetes say', () => {
    const found = files();
    expect(found.length).toBeGreaterThan(8);
    const known = found.flatMap(({ file, resources }) =>
      resources
        .filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com/'))
        .map((resource) => ({ file, differences: differencesFromModel(resource) })),
    );
    expect(known.filter(({ differences }) => differences.length > 0)).toEqual([]);
  });

  it.each(['embedded', 'postgres'])('hold a configuration of %s that Firebreak takes', (overlay) => {
    const file = `${KUBERNETES}/overlays/${overlay}/firebreak.yml`;
    const config = parseConfig(readFileSync(file, 'utf8'), file);
    expect(config.kubernetes).toMatchObject({ inCluster: true, namespaces: ['analytics'] });
    expect(config.state.url === undefined).toBe(overlay === 'embedded');
  });

  it('grant exactly the calls that the code makes', () => {
    const source = readdirSync('src/adapters/kubernetes')
      .map((file) => readFileSync(`src/adapters/kubernetes/${file}`, 'utf8'))
      .join('\n');
    const calls = source.matchAll(/\b(list|read|get|patch|delete|create|replace|watch)Namespaced(\w+)\(/g);
    const used = new Set([...calls].flatMap(([, verb = '', kind = '']) => rightsOf(verb, kind)));
    const Role = z.looseObject({
      rules: z.array(
        z.object({
          apiGroups: z.array(z.string()),
          resources: z.array(z.string()),
          verbs: z.array(z.string()),
        }),
      ),
    });
    const roles = files().flatMap(({ resources }) => resources.filter(({ kind }) => kind === 'Role'));
    const granted = roles.flatMap((role) =>
      Role.parse(role).rules.flatMap(({ resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
      ),
    );
    expect(used.size).toBeGreaterThan(10);
    expect(granted.toSorted()).toEqual([...used].toSorted());
    expect(files().flatMap(({ resources }) => resources.map(({ kind }) => kind))).not.toContain(
      'ClusterRole',
    );
  });
});

/** The rights that a call of the client needs. Objects are read and patched as they are only to roll a Deployment back. */
function rightsOf(verb: string, kind: string): string[] {
  if (kind === 'CustomObject')
    return verb === 'patch' ? ['patch deployments'] : ['get deployments', 'get replicasets'];
  const [, name = '', sub] = /^(\w+?)(Scale|Status|Log)?$/.exec(kind) ?? [];
  const resource = `${name.toLowerCase()}s${sub === undefined ? '' : `/${sub.toLowerCase()}`}`;
  return [`${verb === 'read' ? 'get' : verb} ${resource}`];
}

describe.skipIf(!canBuild)('built by kustomize', () => {
  it.each(['embedded', 'postgres'])('%s is whole, and runs with no more rights than it needs', (overlay) => {
    const resources = built(overlay);
    expect(
      resources
        .filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com/'))
        .flatMap(differencesFromModel),
    ).toEqual([]);
    const { spec } = deploymentOf(resources).template;
    expect(spec.securityContext.runAsNonRoot).toBe(true);
    for (const { securityContext, volumeMounts, image } of spec.containers) {
      expect(image).toMatch(/^registry\.example\.com\/firebreak:\d/);
      expect(securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      });
      const volumes = spec.volumes.map(({ name }) => name);
      expect(volumes).toEqual(expect.arrayContaining(volumeMounts.map(({ name }) => name)));
    }
    const names = resources.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).toEqual(
      expect.arrayContaining(['NetworkPolicy/firebreak', 'ServiceAccount/firebreak', 'Service/firebreak']),
    );
    expect(names.some((name) => name.startsWith('ConfigMap/firebreak-'))).toBe(true);
  });

  it('an embedded state is for one process, which keeps it in a volume', () => {
    const resources = built('embedded');
    const { replicas, strategy, template } = deploymentOf(resources);
    expect({ replicas, strategy }).toEqual({ replicas: 1, strategy: { type: 'Recreate' } });
    const [container] = template.spec.containers;
    expect(container?.volumeMounts).toContainEqual({ name: 'state', mountPath: '/var/lib/firebreak' });
    const claim = resources.find(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claim).toMatchObject({ spec: { accessModes: ['ReadWriteOncePod'] } });
  });

  it('several replicas leave one when nodes are drained, and stay within the connections of Slack', () => {
    const resources = built('postgres');
    const { replicas } = deploymentOf(resources);
    expect(replicas).toBeGreaterThan(1);
    expect((replicas + 1) * 2).toBeLessThanOrEqual(10);
    expect(resources.find(({ kind }) => kind === 'PodDisruptionBudget')).toMatchObject({
      spec: { minAvailable: 1 },
    });
  });
});

it('the service monitor scrapes the port that the service has', () => {
  const read = (file: string): unknown => parse(readFileSync(`${KUBERNETES}/${file}`, 'utf8'));
  expect(read('components/service-monitor/service-monitor.yaml')).toMatchObject({
    spec: { endpoints: [{ port: 'http', path: '/metrics' }] },
  });
  expect(read('base/service.yaml')).toMatchObject({ spec: { ports: [{ name: 'http' }] } });
});
