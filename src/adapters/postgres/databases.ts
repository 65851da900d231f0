import { abortable } from '../../domain/abortable.ts';
import type { PostgresAccess } from '../../domain/access.ts';
import { FirebreakError } from '../../domain/errors.ts';
import type { Databases, MonitoredDatabase } from '../../ports/databases.ts';
import type { ConnectionHealth } from '../../ports/health.ts';
import { type DatabaseConfig, type DatabasesOptions, type SecretText, withDefaults } from './config.ts';
import { createRemedies } from './remedies/create-remedies.ts';
import { resumeText } from './resuming.ts';
import { Server, type ServerConfig } from './server.ts';
import { alterText, changeText } from './settings.ts';
import { signalText } from './signalling.ts';
import type { SessionHealth } from './standing-session.ts';

/** The monitored servers with their standing sessions. */
export interface StandingDatabases extends Databases {
  /** Opens all sessions. A server that is down is no error: it is tried again in the background. */
  start(): Promise<void>;
  /** Closes all sessions. */
  stop(): Promise<void>;
  /** What Firebreak's role may do and see on a server. Throws as the port does. */
  access(name: string, server: string, signal: AbortSignal): Promise<PostgresAccess>;
  /** Two entries per server, in the order of the configuration. */
  health(): SessionHealth[];
  /** The same for the board of every connection. */
  connections(): ConnectionHealth[];
}

/** The servers of the configuration, not yet connected. Statements run only between start and stop. */
export function createDatabases(
  configs: readonly DatabaseConfig[],
  options: DatabasesOptions,
): StandingDatabases {
  const settings = withDefaults(options);
  const entries = new Map(configs.map((config) => [config.name, entry(config)]));

  function entry(config: DatabaseConfig): { shown: MonitoredDatabase; servers: Map<string, Server> } {
    const { name, service, cores, shedFirst = [] } = config;
    const server = (
      serverName: string,
      url: SecretText,
      own: Pick<ServerConfig, 'cores' | 'killUrl' | 'breakGlassUrl'>,
    ): [string, Server] => [
      serverName,
      new Server({ database: name, server: serverName, url, ...own }, settings),
    ];
    const servers = new Map([
      server('primary', config.url, {
        cores,
        killUrl: config.killUrl ?? null,
        breakGlassUrl: config.breakGlassUrl ?? null,
      }),
      ...config.replicas.map((replica) =>
        server(replica.name, replica.url, {
          cores: replica.cores ?? null,
          killUrl: null,
          breakGlassUrl: null,
        }),
      ),
    ]);
    return {
      shown: { name, service, cores, shedFirst, replicas: config.replicas.map((replica) => replica.name) },
      servers,
    };
  }

  function find(name: string) {
    const found = entries.get(name);
    if (found !== undefined) return found;
    throw notConfigured(`Database ${name} is not configured`, [...entries.keys()]);
  }

  function server(name: string, serverName: string, signal?: AbortSignal): Server {
    signal?.throwIfAborted();
    const { servers } = find(name);
    const found = servers.get(serverName);
    if (found !== undefined) return found;
    throw notConfigured(`Database ${name} has no server ${serverName}`, [...servers.keys()]);
  }

  const all = (): Server[] => [...entries.values()].flatMap(({ servers }) => [...servers.values()]);

  return {
    ...createRemedies((name, signal) => server(name, 'primary', signal).remedyPlace()),
    list: () => [...entries.values()].map(({ shown }) => shown),
    get: (name) => find(name).shown,
    answers: (name) =>
      find(name)
        .servers.get('primary')
        ?.health()
        .every(({ up }) => up) ?? false,
    async snapshot(name, serverName, signal) {
      return abortable(server(name, serverName, signal).snapshot(), signal);
    },
    history: (name, serverName) => server(name, serverName).history(),
    async statements(name, serverName, queryIds, signal) {
      return abortable(server(name, serverName, signal).statements(queryIds), signal);
    },
    async roleStatements(name, signal) {
      return abortable(server(name, 'primary', signal).roleStatements(), signal);
    },
    async replicaStatus(name, replica, signal) {
      return abortable(server(name, replica, signal).replicaStatus(), signal);
    },
    // Once sent it is awaited: an abort must not leave unknown whether a backend was signalled.
    async signalBackend(name, { server: serverName, identity, how, guard }, signal) {
      const both = (list: 'protectedRoles' | 'protectedAddresses') => [
        ...new Set([...options.guard[list], ...guard[list]]),
      ];
      const protectedRoles = both('protectedRoles');
      const protectedAddresses = both('protectedAddresses');
      return server(name, serverName, signal).signal(identity, how, {
        ...guard,
        protectedRoles,
        protectedAddresses,
      });
    },
    // Awaited once it is sent, like a signal.
    async resumeReplay(name, replica, pause, signal) {
      return server(name, replica, signal).resumeReplay(pause);
    },
    resumeStatement: resumeText,
    signalStatement: (identity, how) => signalText(identity, how, options.guard),
    async alive(name, serverName, identities, signal) {
      return abortable(server(name, serverName, signal).alive(identities), signal);
    },
    async serverReadout(name, serverName, signal) {
      return abortable(server(name, serverName, signal).serverReadout(), signal);
    },
    async relationReadout(name, serverName, signal) {
      return abortable(server(name, serverName, signal).relationReadout(), signal);
    },
    async access(name, serverName, signal) {
      return abortable(server(name, serverName, signal).access(), signal);
    },
    async readSetting(name, setting, signal) {
      return abortable(server(name, 'primary', signal).readSetting(setting), signal);
    },
    // Once sent it is awaited: an abort must not leave unknown whether it was changed.
    changeSetting: async (name, change, signal) => server(name, 'primary', signal).changeSetting(change),
    settingStatements: (change) => ({ guarded: changeText(change), plain: `${alterText(change)};` }),
    async start() {
      await Promise.all(all().map((one) => one.start()));
    },
    async stop() {
      await Promise.all(all().map((one) => one.stop()));
    },
    health: () => all().flatMap((one) => one.health()),
    connections: () => all().flatMap((one) => one.connections()),
  };
}

function notConfigured(problem: string, known: readonly string[]): FirebreakError {
  return new FirebreakError('database-error', `${problem}.`, {
    hint: `Use one of: ${known.join(', ') || 'none is configured'}.`,
  });
}
