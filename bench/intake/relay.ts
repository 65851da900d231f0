/**
 * What a program without decisions could do: calls Slack as soon as an alert has come in, and then answers.
 * Usage: node relay.ts <address of Slack's API> <channel> [URL of a PostgreSQL]; prints the address at which it takes alerts.
 * With a PostgreSQL it is the least that stores before it tells: one row with its commit, then a bare HTTP request on a
 * kept connection. Without, it stores nothing and calls through Slack's SDK.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebClient } from '@slack/web-api';
import pg from 'pg';
import { createSender } from './sender.ts';

const [slackApiUrl = '', channel = '', databaseUrl] = process.argv.slice(2);
const tell = databaseUrl === undefined ? tellBySdk() : await storeAndTell(databaseUrl);
const server = createServer((request, response) => {
  text(request)
    .then(tell)
    .then(
      () => response.writeHead(202).end(),
      () => response.writeHead(503).end(),
    );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.log(`relay at http://127.0.0.1:${port}/`);
});

function tellBySdk(): (body: string) => Promise<unknown> {
  const client = new WebClient('xoxb-relay', { slackApiUrl });
  return async (body) => client.chat.postMessage({ channel, text: body });
}

async function storeAndTell(url: string): Promise<(body: string) => Promise<unknown>> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('create table relayed (body jsonb not null)');
  const sender = createSender(`${slackApiUrl}chat.postMessage`);
  return async (body) => {
    await client.query({ name: 'store', text: 'insert into relayed values ($1)', values: [body] });
    return sender.post({ channel, text: body });
  };
}
