import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import { slackErrorCode } from '../app/why-unanswered.ts';

/** A canvas, or why there is none. */
export type CanvasResult = { readonly id: string } | { readonly none: string };

const Created = z.object({ canvas_id: z.string() });

/** Why a workspace has no canvas, in words; every other code is told as it is. */
const REASONS: Readonly<Record<string, string>> = {
  missing_scope: 'the app lacks canvases:write',
  free_teams_cannot_create_non_tabbed_canvases: 'the plan of this workspace has none',
  canvas_disabled_user_team: 'canvases are switched off in this workspace',
  team_tier_cannot_create_channel_canvases: 'the plan of this workspace has none',
  unknown_method: 'this Slack has none',
};

/** Makes a canvas that the channel may read. A plan without canvases, or an unanswered call, is told and is no error. */
export async function makeCanvas(
  client: webApi.WebClient,
  canvas: { readonly title: string; readonly markdown: string; readonly channel: string },
): Promise<CanvasResult> {
  try {
    const answer = await client.apiCall('canvases.create', {
      title: canvas.title,
      document_content: { type: 'markdown', markdown: canvas.markdown },
    });
    const { canvas_id } = Created.parse(answer);
    await client.apiCall('canvases.access.set', {
      canvas_id,
      access_level: 'write',
      channel_ids: [canvas.channel],
    });
    return { id: canvas_id };
  } catch (error) {
    const code = slackErrorCode(error) ?? 'Slack did not answer';
    return { none: REASONS[code] ?? code };
  }
}
