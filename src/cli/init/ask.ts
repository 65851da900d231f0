import { FirebreakError } from '../../domain/errors.ts';
import type { Answers, ClusterAnswer, DatabaseAnswer } from '../../init/answers.ts';
import { type Detected, nameOf } from '../../init/detect.ts';
import { BLANK, say } from '../../terminal/lines.ts';
import type { Screen } from '../../terminal/screen.ts';
import { answersFrom, type InitOptions, type NamedReference, referenceOf } from './options.ts';

const CHANNEL = /^[CG][A-Z0-9]{2,}$/;
const USER = /^[UW][A-Z0-9]{2,}$/;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Asks for what is not given as an option; what is detected stands there to be taken. Throws `stopped`. */
export async function askAnswers(screen: Screen, detected: Detected, options: InitOptions): Promise<Answers> {
  const ask = questions(screen);
  screen.print([
    say('Firebreak writes its configuration and what grants its rights. Secrets stay where they are.', {
      style: 'title',
    }),
    BLANK,
  ]);
  const slack = await askSlack(ask, options);
  const databases = options.database.length > 0 ? null : await askDatabases(ask, detected);
  const gate =
    options.gate.length > 0 ? options.gate : await askGates(ask, detected, databases ?? options.database);
  const cluster = await askCluster(ask, detected, options);
  const namespaces = cluster === null ? [] : await askNamespaces(ask, detected, { ...options, cluster });
  const approvers = await ask.list('Who may decide? Slack user ids, with commas', {
    initial: options.approver.join(', '),
    one: USER,
    example: 'U0123ABCD (profile → … → Copy member ID)',
  });
  const timeZone = await ask.text('Time zone of the team', {
    initial: options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    refuse: (text) => (isTimeZone(text) ? null : 'An IANA name such as Asia/Seoul.'),
  });
  const given: InitOptions = {
    ...options,
    ...slack,
    ...(cluster !== null && 'inCluster' in cluster ? { inCluster: true } : {}),
    namespace: namespaces,
    gate,
    approver: approvers,
    timeZone,
    // Already answered; only the other defaults are taken from the options.
    database: options.database.length > 0 ? options.database : [],
  };
  const base = answersFrom(
    databases === null
      ? given
      : { ...given, database: databases.map(({ name, url }) => ({ name, of: null, url })) },
    detected,
    (problem) => {
      throw new FirebreakError('stopped', problem, {
        hint: 'Nothing was written. Say it otherwise, and run it again.',
      });
    },
  );
  return {
    ...base,
    cluster,
    namespaces,
    ...(databases === null ? {} : { databases: merged(base, databases) }),
  };
}

/** What was asked for, with what follows from the options. */
function merged(base: Answers, databases: readonly DatabaseAnswer[]): DatabaseAnswer[] {
  return base.databases.map((one, index) => ({
    ...one,
    replicas: databases[index]?.replicas ?? [],
    pgbouncer: databases[index]?.pgbouncer ?? [],
  }));
}

async function askSlack(ask: Questions, options: InitOptions): Promise<Partial<InitOptions>> {
  const slackChannel = await ask.text('Id of the incident channel (channel name → About)', {
    initial: options.slackChannel ?? '',
    refuse: (text) => (CHANNEL.test(text) ? null : 'An id such as C0123ABCD, not a name.'),
  });
  const slackMode = await ask.choose(
    'How do clicks come in?',
    [
      {
        value: 'socket' as const,
        label: 'Socket Mode: Firebreak connects to Slack, no public address is needed',
      },
      { value: 'http' as const, label: 'http: Slack calls a public address of Firebreak' },
    ],
    options.slackMode,
  );
  if (slackMode === 'socket') return { slackChannel, slackMode };
  const slackUrl = await ask.text('Public address of Firebreak', {
    initial: options.slackUrl ?? 'https://',
    refuse: (text) => (/^https:\/\/[^/]+/.test(text) ? null : 'An https:// address.'),
  });
  return { slackChannel, slackMode, slackUrl };
}

async function askDatabases(ask: Questions, detected: Detected): Promise<DatabaseAnswer[]> {
  const primaries = detected.databases.filter(({ kind }) => kind === 'primary');
  const variables =
    primaries.length === 0
      ? []
      : await ask.pick(
          'Which of these are databases to look after?',
          primaries.map(({ variable, name }) => ({
            value: variable,
            label: `${name} (${variable})`,
            selected: true,
          })),
        );
  const wheres = variables.length > 0 ? variables : [await askWhere(ask)];
  const databases: DatabaseAnswer[] = [];
  for (const where of wheres) {
    const found = detected.databases.find(({ variable }) => variable === where);
    const name = await ask.text(`How do people and alerts call the database of ${where}?`, {
      initial: found?.name ?? nameOf(where),
      refuse: (text) => (/^[a-z0-9][a-z0-9-]*$/.test(text) ? null : 'Lower-case letters, digits and dashes.'),
    });
    const parts = wheres.length === 1 ? detected.databases : [];
    const of = (kind: 'replica' | 'pgbouncer') =>
      parts.filter((one) => one.kind === kind).map((one) => ({ name: one.name, url: { env: one.variable } }));
    databases.push({
      name,
      url: referenceOf(where),
      replicas: of('replica'),
      pgbouncer: of('pgbouncer'),
      prometheusUrl: detected.prometheusUrl,
      // Asked for afterwards.
      gate: null,
      target: found?.target || name,
    });
  }
  return databases;
}

async function askWhere(ask: Questions): Promise<string> {
  return await ask.text('Which variable (or /file) holds the postgresql:// URL of the primary?', {
    initial: 'ORDERS_PRIMARY_URL',
    refuse: refuseWhere,
  });
}

/** The cost gate has a role and a URL of its own for each database; it may be left out. */
async function askGates(
  ask: Questions,
  detected: Detected,
  databases: readonly { readonly name: string }[],
): Promise<NamedReference[]> {
  const found = detected.databases.filter(({ kind }) => kind === 'gate');
  const gates: NamedReference[] = [];
  for (const { name } of databases) {
    const where = await ask.text(
      `Cost gate of ${name}, for batch jobs: variable (or /file) of its own URL; empty for none`,
      {
        // What is detected says no database: with several it is not guessed.
        initial: databases.length === 1 ? (found[0]?.variable ?? '') : '',
        refuse: (text) => (text === '' ? null : refuseWhere(text)),
      },
    );
    if (where !== '') gates.push({ name, of: null, url: referenceOf(where) });
  }
  return gates;
}

/** Why a text cannot say where a URL is. */
function refuseWhere(text: string): string | null {
  if (text.includes('://')) return 'Its name, never the URL itself.';
  return /^\S+$/.test(text) ? null : 'The name of a variable, or a path.';
}

async function askCluster(
  ask: Questions,
  { inCluster, kubeconfig }: Detected,
  options: InitOptions,
): Promise<ClusterAnswer | null> {
  if (options.inCluster === true) return { inCluster: true };
  if (options.kubeconfig !== undefined)
    return { kubeconfig: options.kubeconfig, context: options.context ?? null };
  const how = await ask.choose(
    'How does Firebreak reach the cluster of your batch jobs?',
    [
      {
        value: 'in' as const,
        label: `It runs in it, with its service account${inCluster === null ? '' : ' (found)'}`,
      },
      {
        value: 'file' as const,
        label: `By a kubeconfig${kubeconfig === null ? '' : ` (found: ${kubeconfig.file})`}`,
      },
      { value: 'none' as const, label: 'There is none: owners are guessed, nothing is suspended' },
    ],
    inCluster !== null ? 'in' : kubeconfig !== null ? 'file' : 'in',
  );
  if (how === 'none') return null;
  if (how === 'in') return { inCluster: true };
  const file = await ask.text('Path of the kubeconfig', {
    initial: kubeconfig?.file ?? '/etc/firebreak/kubeconfig',
    refuse: (text) => (text === '' ? 'A path.' : null),
  });
  if (kubeconfig === null || file !== kubeconfig.file) return { kubeconfig: file, context: null };
  const context = await ask.choose(
    'Which context?',
    kubeconfig.contexts.map((value) => ({ value, label: value })),
    kubeconfig.current ?? undefined,
  );
  return { kubeconfig: file, context };
}

async function askNamespaces(
  ask: Questions,
  { kubeconfig }: Detected,
  { namespace, cluster }: InitOptions & { readonly cluster: ClusterAnswer },
): Promise<string[]> {
  const context = 'context' in cluster ? (cluster.context ?? '') : '';
  const own = kubeconfig?.namespaces[context];
  return await ask.list('Namespaces of your batch jobs, with commas; nothing is granted elsewhere', {
    initial: namespace.length > 0 ? namespace.join(', ') : (own ?? 'analytics'),
    one: NAMESPACE,
    example: 'analytics, reporting',
    needed: true,
  });
}

/** How a line is typed: what stands there at first, and why a text cannot be taken. */
interface TextOptions {
  readonly initial: string;
  readonly refuse: (text: string) => string | null;
}

type Questions = ReturnType<typeof questions>;

/** The questions of a screen, which throw when the person leaves instead of answering null. */
function questions(screen: Screen) {
  const { signal } = new AbortController();
  const answered = <T>(answer: T | null): T => {
    if (answer !== null) return answer;
    throw new FirebreakError('stopped', 'Nothing was written.', { hint: 'Run it again whenever you like.' });
  };
  const text = async (question: string, { initial, refuse }: TextOptions) => {
    const problem = (typed: string) => refuse(typed.trim());
    return answered(await screen.text(question, problem, signal, initial)).trim();
  };
  return {
    text,
    choose: async <T>(question: string, items: readonly { value: T; label: string }[], first?: T) =>
      answered(await screen.choose(question, items, signal, first)),
    pick: async (question: string, items: readonly { value: string; label: string; selected: boolean }[]) =>
      answered(await screen.pick(question, items, signal)),
    async list(
      question: string,
      {
        initial,
        one,
        example,
        needed = false,
      }: { initial: string; one: RegExp; example: string; needed?: boolean },
    ): Promise<string[]> {
      const split = (typed: string) => typed.split(/[\s,]+/).filter((part) => part !== '');
      const typed = await text(question, {
        initial,
        refuse: (line) => {
          const parts = split(line);
          if (needed && parts.length === 0) return `At least one, such as ${example}.`;
          const wrong = parts.find((part) => !one.test(part));
          return wrong === undefined ? null : `${wrong} is none; such as ${example}.`;
        },
      });
      return split(typed);
    },
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
