import { z } from 'zod';
import type { Person } from '../../../domain/actor.ts';
import { triageCommand } from '../../manifest.ts';
import type { ListenerContext } from '../context.ts';
import { databaseNames, helpText } from '../help.ts';
import { permalink } from '../permalink.ts';
import { statusText } from '../status.ts';
import { tell } from '../tell.ts';

/** The parts of a slash command's payload that are used. */
const Typed = z.object({
  text: z.string().default(''),
  user_id: z.string(),
  user_name: z.string().optional(),
  team_id: z.string().optional(),
  channel_id: z.string().optional(),
  response_url: z.string().optional(),
});

/** `/db-triage [database] [runbook] | status | help`: opens an incident or says where things stand. */
export const dbTriage = {
  id: triageCommand,
  async handle(context: ListenerContext, body: unknown, acknowledge: () => Promise<void>): Promise<void> {
    const typed = Typed.parse(body);
    const whereabouts = {
      user: typed.user_id,
      channel: typed.channel_id ?? null,
      thread: null,
      responseUrl: typed.response_url ?? null,
    };
    const claimed = { id: typed.user_id, teamId: typed.team_id ?? null, name: typed.user_name ?? null };
    const identified = await context.people.identify(claimed);
    const reply =
      identified.status === 'stranger'
        ? identified.message
        : await replyTo({ context, by: identified.person, acknowledge }, typed.text);
    await acknowledge();
    await tell(context, whereabouts, reply);
  },
};

/** A command and how it is acknowledged: when what it asks for is durable; a second time does nothing. */
interface Asked {
  readonly context: ListenerContext;
  readonly by: Person;
  readonly acknowledge: () => Promise<void>;
}

async function replyTo(asked: Asked, text: string): Promise<string> {
  const { desk } = asked.context;
  const [word = '', runbook = null] = text.trim().split(/\s+/);
  if (word.toLowerCase() === 'help') return helpText(desk);
  if (word.toLowerCase() === 'status') {
    await asked.acknowledge();
    return await statusText(asked.context);
  }
  const only = desk.databases.length === 1 ? desk.databases[0] : undefined;
  if (word === '') {
    return only === undefined
      ? `Which database? Type ${triageCommand} <database>. ${databaseNames(desk)}`
      : await open(asked, only, null);
  }
  const database = desk.databases.find((name) => name.toLowerCase() === word.toLowerCase());
  if (database === undefined) {
    return `There is no database "${word}". ${databaseNames(desk)}\nType ${triageCommand} help for more.`;
  }
  if (runbook !== null && !desk.runbooks.some(({ id }) => id === runbook)) {
    return `There is no runbook "${runbook}". Runbooks: ${desk.runbooks.map(({ id }) => id).join(', ')}.`;
  }
  return await open(asked, database, runbook);
}

async function open(
  { context, by, acknowledge }: Asked,
  database: string,
  runbook: string | null,
): Promise<string> {
  const opened = await context.desk.open({ database, runbook, by });
  await acknowledge();
  if (opened.status === 'refused') return opened.message;
  const { incidentId } = opened;
  if (opened.status === 'opened') {
    return `${incidentId} is open for ${database}. Its message appears in the incident channel in a moment.`;
  }
  const link = await permalink(context, incidentId);
  return `${incidentId} is open for ${database} already. Go on there${link === null ? ', in the incident channel.' : `: ${link}`}`;
}
