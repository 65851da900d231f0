import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';

/** Starts a server and stays alive; the test kills this process with SIGKILL. */
const [dataDirectory = '', socketDirectory = ''] = process.argv.slice(2);
const server = await startPostgres({ dataDirectory, listen: { socketDirectory } });
process.send?.({ url: server.url(), adopted: server.adopted });
setInterval(() => {}, 60_000);
