import type { TsCursor } from '../ids.ts';
import type { JsonObject } from '../json.ts';

/** The workspace itself. */
export interface Team {
  id: string;
  name: string;
  domain: string;
}

/** The app under test, as the workspace knows it. */
export interface BotIdentity {
  userId: string;
  botId: string;
  appId: string;
  name: string;
}

/** A member of the workspace; the bot is one too. */
export interface User {
  id: string;
  name: string;
  realName: string;
  /** Differs from the workspace's own id for a guest from elsewhere (Slack Connect). */
  teamId: string;
  color: string;
  isBot: boolean;
  /** A guest of this workspace. */
  isGuest?: boolean;
}

/** A user group, such as the approvers. */
export interface UserGroup {
  id: string;
  name: string;
  /** The name by which it is mentioned, without `@`. */
  handle: string;
  users: string[];
}

/** What became of a click: `waiting` for the app, acknowledged, or failed. */
export interface PendingAction {
  action_id: string;
  block_id: string;
  user: string;
  /** Milliseconds of the epoch. */
  since: number;
  verdict: 'waiting' | 'ok' | 'failed';
}

/** What a person has chosen in the elements of a message or view: by block_id, then action_id. */
export type StateValues = Record<string, Record<string, JsonObject>>;

/** A file attached to a message. */
export interface FileReference {
  id: string;
  name: string;
  title: string;
  url: string;
  alt_txt?: string;
}

/** Message metadata as the app gave it. */
export interface Metadata {
  event_type: string;
  event_payload: JsonObject;
}

/** One message of a channel, with the members of Slack's own message objects. */
export interface Message {
  ts: string;
  text: string;
  user?: string;
  bot_id?: string;
  subtype?: string;
  thread_ts?: string;
  blocks?: JsonObject[];
  attachments?: JsonObject[];
  files?: FileReference[];
  edited?: { user: string; ts: string };
  /** The only person who sees it. */
  ephemeral_to?: string;
  reply_broadcast?: boolean;
  reactions?: { name: string; users: string[] }[];
  metadata?: Metadata;
  pinned?: boolean;
  pending: PendingAction[];
  /** By user id. */
  selections: Map<string, StateValues>;
}

/** A link in the bar of a channel. */
export interface Bookmark {
  id: string;
  title: string;
  link: string;
  emoji?: string;
}

/** A channel or a direct conversation with the app. */
export interface Channel {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  members: Set<string>;
  creator: string;
  /** Seconds of the epoch. */
  created: number;
  archived: boolean;
  topic: string;
  messages: Message[];
  bookmarks: Bookmark[];
  canvasId?: string;
  cursor: TsCursor;
}

/** An open modal or a published Home tab. */
export interface View {
  id: string;
  type: 'modal' | 'home';
  /** As the app gave it, with generated ids filled in. */
  content: JsonObject;
  hash: string;
  userId: string;
  rootId: string;
  previousId: string | undefined;
  externalId: string;
  /** Selections of elements that dispatch actions; a submission adds the rest. */
  selections: StateValues;
}

/** An uploaded file or a canvas. */
export interface StoredFile {
  id: string;
  name: string;
  title: string;
  altText: string | undefined;
  length: number;
  body: Buffer | undefined;
  completed: boolean;
  kind: 'file' | 'canvas';
}

/** A message that is to be posted later. */
export interface ScheduledMessage {
  id: string;
  channel: string;
  /** Seconds of the epoch. */
  postAt: number;
  args: JsonObject;
}
