import { Command } from 'commander';
import { choosePort } from '../../src/adapters/embedded-postgres/addresses.ts';
import { configure, makeSlackApp, newAlertToken } from './configure.ts';
import { createHome } from './home.ts';
import { playIncident } from './incident.ts';
import { seesTargets, startMonitoring } from './monitoring.ts';
import { packAndInstall } from './packed.ts';
import { playDrill, prove } from './proof.ts';
import { grantRights } from './rights.ts';
import { proveClicks, serve } from './serve.ts';
import { failureTold, type RunStage, tellStages } from './stages.ts';
import { startWorld } from './world.ts';

const HOST = '127.0.0.1';
const STOPPED = 130;

interface Options {
  readonly drill?: true;
  readonly keep?: true;
}

const options = new Command('test:install')
  .description(
    "Packs and installs Firebreak as a user does, connects it to real servers and Debian's monitoring, and lets one incident run from its alert to its end.",
  )
  .option('--drill', 'also play a drill from the package')
  .option('--keep', 'leave the folder of the installation, with its logs')
  .addHelpText(
    'after',
    '\nIt needs: apt-get install pgbouncer postgresql-client prometheus prometheus-alertmanager prometheus-node-exporter prometheus-postgres-exporter',
  )
  .parse()
  .opts<Options>();

const stopped = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopped.abort());

const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(0);
const stage = tellStages((line) => console.log(line));
try {
  await install(stage, stopped.signal);
  console.log(`Installed, connected, and one incident handled in ${seconds()} s.`);
} catch (error) {
  if (error !== failureTold) console.error(error);
  console.log(`It failed after ${seconds()} s; everything that it started is stopped.`);
  process.exitCode = stopped.signal.aborted ? STOPPED : 1;
}

/** The whole way, in the order of the README; what it starts ends with it. */
async function install(run: RunStage, signal: AbortSignal): Promise<void> {
  await using owned = new AsyncDisposableStack();
  const home = owned.use(createHome({ keep: options.keep === true, signal }));
  if (options.keep === true) console.log(home.directory);
  const installed = await packAndInstall(home, run);
  const world = owned.use(
    await run('a primary, a replica, PgBouncer, a cluster', { hint: 'apt-get install pgbouncer' }, async () =>
      startWorld(signal),
    ),
  );
  const port = await choosePort({ host: HOST });
  const url = `http://${HOST}:${port}`;
  const alertToken = newAlertToken();
  const monitoring = await startMonitoring(
    { home, world, owned, signal, firebreak: { url, token: alertToken, installed } },
    run,
  );
  const slack = owned.use(await makeSlackApp(home, run));
  const surroundings = { home, world, monitoring, alertToken, port };
  await configure(surroundings, slack, run);
  await seesTargets({ monitoring, targets: 2, signal }, run);
  await grantRights(surroundings, run);
  const firebreak = owned.use(await serve({ home, url, signal }, run));
  await proveClicks({ home, slack, signal }, run);
  await seesTargets({ monitoring, targets: 3, signal }, run);
  await playIncident({ home, url, world, slack, monitoring, signal }, run);
  await prove({ home, monitoring, firebreak, signal }, run);
  if (options.drill === true) await playDrill(home, run);
}
