import { sqlQuestion } from '../adapters/postgres/impact.ts';
import { objectiveQuestion, promqlQuestion } from '../adapters/prometheus/impact.ts';
import type { DatabaseConfig } from '../config/config.ts';
import type { Fetch } from '../ports/http.ts';
import type { Impact, ImpactQuestion } from '../ports/impact.ts';

/** The questions of the configuration, and the worst of each objective of a service: where adapters meet. */
export function createImpact(databases: readonly DatabaseConfig[], fetch: Fetch): Impact {
  const questions = new Map(databases.map((database) => [database.name, questionsOf(database, fetch)]));
  return { questions: (database) => questions.get(database) ?? [] };
}

function questionsOf(
  { name: database, prometheus, replicas, impact }: DatabaseConfig,
  fetch: Fetch,
): ImpactQuestion[] {
  const server =
    prometheus === null ? null : { database, url: prometheus.url, bearerToken: prometheus.bearerToken };
  const asked = impact.flatMap((entry): ImpactQuestion[] => {
    if ('promql' in entry) {
      return server === null ? [] : [promqlQuestion(server, { ...entry, query: entry.promql }, fetch)];
    }
    const [replica] = replicas;
    if (entry.url !== null)
      return [sqlQuestion({ database, server: 'impact database', url: entry.url }, entry)];
    return replica === undefined
      ? []
      : [sqlQuestion({ database, server: replica.name, url: replica.url }, entry)];
  });
  const objectives =
    server === null
      ? []
      : (prometheus?.objectives ?? []).map((objective) => objectiveQuestion(server, objective, fetch));
  return [...asked, ...objectives];
}
