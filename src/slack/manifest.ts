import { stringify } from 'yaml';

/** A bot scope with the reason why Firebreak asks for it. */
export interface BotScope {
  readonly scope: string;
  readonly reason: string;
  /** Web API methods and features that need it. */
  readonly methods: readonly string[];
  /** Needed where incidents are shown in a channel of this kind; null when it is needed for both. */
  readonly channels: 'public' | 'private' | null;
  /** Firebreak starts and decides without it. */
  readonly optional?: boolean;
}

/** Every scope of the bot token. `docs.slack.dev/reference/scopes` */
export const botScopes: readonly BotScope[] = [
  {
    scope: 'chat:write',
    reason: 'Show incidents in the incident channel and answer people privately.',
    methods: ['chat.postMessage', 'chat.update', 'chat.delete', 'chat.postEphemeral'],
    channels: null,
  },
  {
    scope: 'commands',
    reason: 'Offer /db-triage and the shortcuts.',
    methods: ['/db-triage'],
    channels: null,
  },
  {
    scope: 'app_mentions:read',
    reason: 'Take the words of the command after a mention too.',
    methods: ['app_mention'],
    channels: null,
  },
  {
    scope: 'users:read',
    reason:
      'Journal the real name of who decides, and refuse bots and people of other workspaces; let the doctor find its own app.',
    methods: ['users.info', 'bots.info'],
    channels: null,
  },
  {
    scope: 'files:write',
    reason:
      'Show charts of the load, and put the post-mortem into the thread. Without it the numbers stay text.',
    methods: ['files.getUploadURLExternal', 'files.completeUploadExternal'],
    channels: null,
    optional: true,
  },
  {
    scope: 'canvases:write',
    reason: 'Write the post-mortem as a canvas too, where the plan of the workspace has canvases.',
    methods: ['canvases.create', 'canvases.access.set'],
    channels: null,
    optional: true,
  },
  {
    scope: 'usergroups:read',
    reason: 'Let a user group decide: its members are read at the click. Needs a paid plan of Slack.',
    methods: ['usergroups.users.list'],
    channels: null,
    optional: true,
  },
  {
    scope: 'users:read.email',
    reason: 'Let whoever is on call decide, where the on-call source knows them by e-mail address.',
    methods: ['users.lookupByEmail'],
    channels: null,
    optional: true,
  },
  {
    scope: 'channels:read',
    reason:
      'Check at start that Firebreak is a member of the incident channel; know who is when people are asked for help.',
    methods: ['conversations.info', 'conversations.members'],
    channels: 'public',
  },
  {
    scope: 'channels:history',
    reason: 'After an unanswered post, look whether the message is there before posting it again.',
    methods: ['conversations.history', 'conversations.replies'],
    channels: 'public',
  },
  {
    scope: 'groups:read',
    reason: 'As channels:read, when the channel is private.',
    methods: ['conversations.info', 'conversations.members'],
    channels: 'private',
  },
  {
    scope: 'groups:history',
    reason: 'As channels:history, when the channel is private.',
    methods: ['conversations.history', 'conversations.replies'],
    channels: 'private',
  },
];

/** Events that Slack shall send; each has its file in listeners/events. */
export const botEvents = ['app_home_opened', 'app_mention'] as const;

/** The slash command. */
export const triageCommand = '/db-triage';

/** Ids of the shortcuts; each has its file in listeners/shortcuts. */
export const shortcutIds = { triage: 'triage.start', alert: 'alert.triage', note: 'note.add' } as const;

/** What Slack offers in its menu of shortcuts, and in the menu of each message. */
const shortcuts = [
  {
    name: 'Start database triage',
    type: 'global',
    callback_id: shortcutIds.triage,
    description: 'Open an incident for a database, or find the one that is open',
  },
  {
    name: 'Triage this alert',
    type: 'message',
    callback_id: shortcutIds.alert,
    description: 'Open an incident for the database that this message is about',
  },
  {
    name: 'Add to timeline',
    type: 'message',
    callback_id: shortcutIds.note,
    description: 'Put this message into the timeline of an incident',
  },
] as const;

/** How events reach Firebreak: over its own connection, or at this public base URL. */
export type ManifestMode = { readonly mode: 'socket' } | { readonly mode: 'http'; readonly url: string };

/** The manifest from which the Slack app is made (docs.slack.dev/reference/app-manifest). */
export function slackManifest(mode: ManifestMode) {
  const requestUrl = mode.mode === 'http' ? `${mode.url.replace(/\/+$/, '')}/slack/events` : null;
  const request = requestUrl === null ? {} : { request_url: requestUrl };
  return {
    _metadata: { major_version: 1, minor_version: 1 },
    display_information: {
      name: 'Firebreak',
      description: 'Walks the on-call engineer through a PostgreSQL outage, one approved step at a time.',
      background_color: '#7a1f1f',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: false, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'firebreak', always_online: true },
      shortcuts: shortcuts.map((shortcut) => ({ ...shortcut })),
      slash_commands: [
        {
          command: triageCommand,
          description: 'Start or look at a database incident',
          usage_hint: '[database] [runbook] | status | queries | locks | audit | doctor | history | help',
          should_escape: false,
          ...(requestUrl === null ? {} : { url: requestUrl }),
        },
      ],
    },
    oauth_config: { scopes: { bot: botScopes.map(({ scope }) => scope) } },
    settings: {
      event_subscriptions: { ...request, bot_events: [...botEvents] },
      interactivity: { is_enabled: true, ...request },
      org_deploy_enabled: false,
      socket_mode_enabled: mode.mode === 'socket',
      token_rotation_enabled: false,
    },
  };
}

/** The manifest as the text of manifest.yml or manifest.http.yml. */
export function manifestYaml(mode: 'socket' | 'http'): string {
  return slackManifestText(mode === 'socket' ? { mode } : { mode, url: EXAMPLE_URL });
}

const EXAMPLE_URL = 'https://firebreak.example.com';

/** The manifest as text, with the reason of each scope. */
export function slackManifestText(how: ManifestMode): string {
  const intro =
    how.mode === 'socket'
      ? 'The Slack app for socket mode: no public address is needed.'
      : how.url === EXAMPLE_URL
        ? 'The Slack app for http mode: replace firebreak.example.com by the public address of Firebreak.'
        : 'The Slack app for http mode.';
  const reasons = botScopes.map(({ scope, reason }) => `#   ${scope}: ${reason}`).join('\n');
  return `# ${intro}\n# Generated from src/slack/manifest.ts. Scopes and why each is needed:\n${reasons}\n${stringify(slackManifest(how))}`;
}
