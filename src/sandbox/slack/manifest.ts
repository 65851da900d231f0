import { z } from 'zod';

const slashCommand = z.looseObject({
  command: z.string().startsWith('/'),
  description: z.string().default(''),
  usage_hint: z.string().default(''),
});

const shortcut = z.looseObject({
  name: z.string(),
  type: z.enum(['global', 'message']),
  callback_id: z.string(),
  description: z.string().default(''),
});

const features = z.looseObject({
  app_home: z.looseObject({ home_tab_enabled: z.boolean().default(false) }).optional(),
  bot_user: z.looseObject({ display_name: z.string() }).optional(),
  slash_commands: z.array(slashCommand).default([]),
  shortcuts: z.array(shortcut).default([]),
});

const settings = z.looseObject({
  event_subscriptions: z.looseObject({ bot_events: z.array(z.string()).default([]) }).optional(),
  interactivity: z.looseObject({ is_enabled: z.boolean().default(false) }).optional(),
  socket_mode_enabled: z.boolean().default(false),
});

/**
 * The parts of a Slack app manifest that decide how the sandbox behaves: scopes, commands, shortcuts, events.
 * Other members are accepted and ignored. Source: docs.slack.dev/reference/app-manifest.
 */
const slackManifest = z.looseObject({
  display_information: z.looseObject({ name: z.string() }),
  features: features.default({ slash_commands: [], shortcuts: [] }),
  oauth_config: z
    .looseObject({ scopes: z.looseObject({ bot: z.array(z.string()).default([]) }).default({ bot: [] }) })
    .default({ scopes: { bot: [] } }),
  settings: settings.default({ socket_mode_enabled: false }),
});

/** A Slack app manifest as parsed from `manifest.yml`, before the sandbox has checked it. */
export type SlackManifest = z.input<typeof slackManifest>;

/** A manifest whose absent members have their defaults. */
export type CheckedManifest = z.output<typeof slackManifest>;

/**
 * Checks a manifest and fills in the defaults. Throws an error that names each wrong member, for a person to
 * correct `manifest.yml`.
 */
export function checkManifest(manifest: SlackManifest): CheckedManifest {
  const result = slackManifest.safeParse(manifest);
  if (result.success) return result.data;
  throw new Error(`The Slack app manifest is not usable. Correct it: ${z.prettifyError(result.error)}`);
}
