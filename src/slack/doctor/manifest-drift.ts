import { z } from 'zod';
import { botScopes, slackManifest } from '../manifest.ts';

/** The parts of an app's manifest that decide what works (docs.slack.dev/reference/app-manifest). */
const Manifest = z.object({
  features: z
    .object({
      app_home: z.object({ home_tab_enabled: z.boolean().default(false) }).optional(),
      slash_commands: z.array(z.object({ command: z.string() })).default([]),
      shortcuts: z.array(z.object({ callback_id: z.string() })).default([]),
    })
    .prefault({}),
  oauth_config: z
    .object({ scopes: z.object({ bot: z.array(z.string()).default([]) }).prefault({}) })
    .prefault({}),
  settings: z
    .object({
      event_subscriptions: z.object({ bot_events: z.array(z.string()).default([]) }).prefault({}),
      interactivity: z.object({ is_enabled: z.boolean().default(false) }).prefault({}),
      socket_mode_enabled: z.boolean().default(false),
    })
    .prefault({}),
});

/** Where the manifest of an app lacks something that this version needs, each in a few words. Optional scopes are no drift. Pure. */
export function manifestDrift(exported: unknown, mode: 'socket' | 'http'): string[] {
  const found = Manifest.parse(exported);
  const ours = Manifest.parse(slackManifest(mode === 'socket' ? { mode } : { mode, url: 'https://unknown' }));
  const optional = botScopes.flatMap(({ scope, optional: isOptional, channels }) =>
    isOptional === true || channels !== null ? [scope] : [],
  );
  return [
    ...lacking('no scope', ours.oauth_config.scopes.bot, found.oauth_config.scopes.bot, optional),
    ...lacking('no command', commandsOf(ours), commandsOf(found)),
    ...lacking('no shortcut', shortcutsOf(ours), shortcutsOf(found)),
    ...lacking(
      'no event',
      ours.settings.event_subscriptions.bot_events,
      found.settings.event_subscriptions.bot_events,
    ),
    ...(found.settings.interactivity.is_enabled ? [] : ['interactivity is off, so no click arrives']),
    ...(found.features.app_home?.home_tab_enabled === true ? [] : ['the Home tab is off']),
    ...(found.settings.socket_mode_enabled === (mode === 'socket')
      ? []
      : [`Socket Mode is ${mode === 'socket' ? 'off' : 'on'}, and slack.mode is ${mode}`]),
  ];
}

type Manifest = z.infer<typeof Manifest>;

function commandsOf({ features }: Manifest): string[] {
  return features.slash_commands.map(({ command }) => command);
}

function shortcutsOf({ features }: Manifest): string[] {
  return features.shortcuts.map(({ callback_id }) => callback_id);
}

function lacking(
  what: string,
  wanted: readonly string[],
  found: readonly string[],
  optional: readonly string[] = [],
): string[] {
  return wanted
    .filter((one) => !found.includes(one) && !optional.includes(one))
    .map((one) => `${what} ${one}`);
}
