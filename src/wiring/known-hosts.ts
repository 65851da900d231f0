import type { KnownOfDatabase } from '../audits/create-audits.ts';
import type { Config } from '../config/config.ts';
import type { DatabaseSetup } from '../domain/database-setup.ts';

/** What audits know of a database by its configuration: hosts of its servers, and roles that are protected. */
export function knownOf({ databases, protected: { roles } }: Config, name: string): KnownOfDatabase {
  const found = databases.find((one) => one.name === name);
  const primary = (one: (typeof databases)[number]) => [
    ...hostsOf(one.url.reveal()),
    ...(one.hosts?.primary ?? []),
  ];
  const replicas = (one: (typeof databases)[number]) => [
    ...one.replicas.flatMap(({ url }) => hostsOf(url.reveal())),
    ...(one.hosts?.replicas ?? []),
  ];
  return {
    hosts: {
      primary: found === undefined ? [] : primary(found),
      replicas: found === undefined ? [] : replicas(found),
      others: databases.filter((one) => one !== found).flatMap((one) => [...primary(one), ...replicas(one)]),
    },
    protectedRoles: roles,
  };
}

/** What step kinds know of a database by its configuration. */
export function setupOf(config: Config, name: string): DatabaseSetup {
  return { peak: config.audits.peak, hosts: knownOf(config, name).hosts };
}

/** The hosts of a connection URL; those of a local socket are none that a workload could name. */
function hostsOf(url: string): string[] {
  const parsed = URL.parse(url) ?? URL.parse(url.replace('@/', '@localhost/'));
  const listed = parsed?.searchParams.get('host') ?? parsed?.hostname ?? '';
  return listed.split(',').filter((host) => host !== '' && !host.startsWith('/'));
}
