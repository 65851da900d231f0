/**
 * What a program that keeps nothing could do: calls Slack as soon as an alert has come in, and then answers.
 * Usage: node relay.ts <address of Slack's API> <channel>; prints the address at which it takes alerts.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebClient } from '@slack/web-api';

const [slackApiUrl = '', channel = ''] = process.argv.slice(2);
const client = new WebClient('xoxb-relay', { slackApiUrl });
const server = createServer((request, response) => {
  text(request)
    .then(async (body) => client.chat.postMessage({ channel, text: body }))
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
