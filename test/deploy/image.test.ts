import { existsSync, readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const DOCKERFILE = readFileSync('deploy/Dockerfile', 'utf8');
const lines = DOCKERFILE.split('\n');
/** What stands in the image that is run: the last stage. */
const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

it('the Dockerfile has no fault that a linter knows', () => {
  expect(validate(DOCKERFILE)).toEqual([]);
  expect(validate('FROM node\nUSR 1000\n')).not.toEqual([]);
});

it('the image holds what the package holds, and runs as nobody special', () => {
  const { files } = z
    .object({ files: z.array(z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const copied = last.filter((line) => line.startsWith('COPY ')).join('\n');
  const needed = files.filter((file) => !/^(?:deploy|firebreak\.example\.yml|.*\.md)$/.test(file));
  for (const file of needed) expect(copied).toContain(file);
  expect(last).toContain('USER 1000:1000');
  expect(last.findIndex((line) => line.startsWith('USER'))).toBeGreaterThan(
    last.findLastIndex((line) => line.startsWith('RUN') || line.startsWith('COPY')),
  );
  expect(copied).toContain('sbom.cdx.json');
});

it('what is copied into the build is there, and not ignored', () => {
  const kept = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  const sources = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(' ').slice(1, -1));
  expect(sources.length).toBeGreaterThan(5);
  for (const source of sources) {
    expect(existsSync(source)).toBe(true);
    expect(kept.some((path) => path === source || source.startsWith(`${path}/`))).toBe(true);
  }
});

it('the stage that builds has every file that the build names', () => {
  const named = [...readFileSync('scripts/build.ts', 'utf8').matchAll(/compile\('(.+)'\)/g)];
  expect(named.length).toBeGreaterThan(0);
  const copied = lines.filter((line) => line.startsWith('COPY ')).flatMap((line) => line.split(' '));
  for (const [, file] of named) expect(copied).toContain(file);
});

it('the compose file runs the same image with as little', () => {
  const compose: unknown = parse(readFileSync('deploy/compose.yml', 'utf8'));
  const Compose = z.strictObject({
    name: z.string(),
    services: z.object({
      firebreak: z.looseObject({
        build: z.object({ context: z.literal('..'), dockerfile: z.literal('deploy/Dockerfile') }),
        read_only: z.literal(true),
        cap_drop: z.tuple([z.literal('ALL')]),
        security_opt: z.tuple([z.literal('no-new-privileges:true')]),
        secrets: z.array(z.string()),
      }),
    }),
    volumes: z.record(z.string(), z.unknown()),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
  });
  const { services, secrets } = Compose.parse(compose);
  expect(services.firebreak.secrets.toSorted()).toEqual(Object.keys(secrets).toSorted());
});
