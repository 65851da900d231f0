import { z } from 'zod';
import type { Json } from '../domain/json.ts';
import type { StepKinds } from '../steps/registry.ts';
import { RunbookForm, StepForm } from './format.ts';

type JsonObject = { [key: string]: Json };

/** JSON Schema of a runbook for editors, made from the step kinds: the params of each step follow from its kind. */
export function runbookSchema(stepKinds: StepKinds): JsonObject {
  const kinds = [...stepKinds.values()].sort((a, b) => a.kind.localeCompare(b.kind));
  const step = toSchema(StepForm);
  const runbook = toSchema(RunbookForm);
  const { $schema, ...rest } = runbook;
  const conditions = kinds.map((kind) =>
    conditional(kind.kind, {
      params: { ...inner(toSchema(kind.params)), description: kind.description },
      ...(kind.actionClass === 'observe' ? {} : { confirm: { enum: ['one', 'two'] } }),
    }),
  );
  const steps: Json = {
    type: 'array',
    minItems: 1,
    maxItems: 50,
    items: {
      ...inner(step),
      properties: {
        ...objectOf(step.properties),
        kind: { enum: kinds.map(({ kind }) => kind), description: 'Which step kind does it' },
      },
      allOf: conditions,
    },
  };
  return {
    $schema: $schema ?? 'http://json-schema.org/draft-07/schema#',
    title: 'Firebreak runbook',
    ...rest,
    properties: { ...objectOf(runbook.properties), steps },
  };
}

function toSchema(schema: z.ZodType): JsonObject {
  return objectOf(
    z.json().parse(JSON.parse(JSON.stringify(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })))),
  );
}

/** What else holds for a step of this kind. Made from a map, because an object with `then` looks like a promise. */
function conditional(kind: string, properties: JsonObject): Json {
  const clauses = new Map<string, Json>();
  clauses.set('if', { properties: { kind: { const: kind } }, required: ['kind'] });
  clauses.set('then', { properties });
  return Object.fromEntries(clauses);
}

/** A schema for use inside another: without the name of its dialect. */
function inner(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
