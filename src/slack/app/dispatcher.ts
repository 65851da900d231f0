import type { SocketModeReceiver } from '@slack/bolt';

/** The way of the WebSocket to Slack, such as through a proxy: a dispatcher of undici. */
export type Dispatcher = NonNullable<ConstructorParameters<typeof SocketModeReceiver>[0]['dispatcher']>;
