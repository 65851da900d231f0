import { type IdSource, nextTs } from '../ids.ts';
import { Changes } from './changes.ts';
import type {
  BotIdentity,
  Channel,
  Message,
  ScheduledMessage,
  StoredFile,
  Team,
  User,
  UserGroup,
  View,
} from './model.ts';

/** What a message is made of before it has a `ts`. */
export type NewMessage = Omit<Message, 'ts' | 'pending' | 'selections'>;

/** Everything that the sandbox's workspace holds, in memory. */
export class Workspace {
  readonly team: Team;
  readonly bot: BotIdentity;
  readonly ids: IdSource;
  readonly changes = new Changes();
  readonly users = new Map<string, User>();
  readonly channels = new Map<string, Channel>();
  readonly userGroups: UserGroup[] = [];
  readonly files = new Map<string, StoredFile>();
  readonly scheduled = new Map<string, ScheduledMessage>();
  /** Open modals by user id, the one on top last. */
  readonly stacks = new Map<string, View[]>();
  readonly homes = new Map<string, View>();
  readonly #now: () => number;

  constructor(team: Team, bot: BotIdentity, ids: IdSource, now: () => number) {
    this.team = team;
    this.bot = bot;
    this.ids = ids;
    this.#now = now;
  }

  /** Milliseconds of the epoch. */
  now(): number {
    return this.#now();
  }

  /** Adds an empty channel. */
  addChannel(channel: Pick<Channel, 'id' | 'name' | 'kind' | 'creator'>, members: Iterable<string>): Channel {
    const added: Channel = {
      ...channel,
      members: new Set(members),
      created: Math.floor(this.now() / 1000),
      archived: false,
      topic: '',
      messages: [],
      bookmarks: [],
      cursor: { seconds: 0, micros: 0 },
    };
    this.channels.set(added.id, added);
    this.changes.touch();
    return added;
  }

  /** The direct conversation between a user and the app, opened if there is none. */
  directChannel(userId: string): Channel {
    for (const channel of this.channels.values()) {
      if (channel.kind === 'im' && channel.members.has(userId)) return channel;
    }
    const bot = this.bot.userId;
    const channel = { id: this.ids.next('D'), name: this.bot.name, kind: 'im' as const, creator: bot };
    return this.addChannel(channel, [userId, bot]);
  }

  /** Appends a message to a channel. */
  addMessage(channel: Channel, message: NewMessage): Message {
    const added: Message = {
      ...message,
      ts: nextTs(channel.cursor, this.now()),
      pending: [],
      selections: new Map(),
    };
    channel.messages.push(added);
    this.changes.touch();
    return added;
  }

  /** Takes a message out of its channel; a parent with replies leaves a tombstone. */
  removeMessage(channel: Channel, message: Message): void {
    const replies = repliesOf(channel, message.ts);
    const index = channel.messages.indexOf(message);
    if (index >= 0) channel.messages.splice(index, 1);
    if (replies.length > 0 && message.thread_ts === undefined) {
      const tombstone = { ts: message.ts, text: 'This message was deleted.', subtype: 'tombstone' };
      channel.messages.splice(index, 0, {
        ...tombstone,
        user: 'USLACKBOT',
        pending: [],
        selections: new Map(),
      });
    }
    this.changes.touch();
  }

  /** An open modal or Home tab by its id. */
  findView(viewId: string): View | undefined {
    const open = [...this.stacks.values()].flat();
    return [...open, ...this.homes.values()].find((view) => view.id === viewId);
  }
}

/** The replies to a message, in order, without those that only one person sees. */
export function repliesOf(channel: Channel, ts: string): Message[] {
  return channel.messages.filter((message) => message.thread_ts === ts && message.ephemeral_to === undefined);
}

/** The message with this `ts` that everybody sees. */
export function findMessage(channel: Channel, ts: string): Message | undefined {
  return channel.messages.find((message) => message.ts === ts && message.ephemeral_to === undefined);
}
