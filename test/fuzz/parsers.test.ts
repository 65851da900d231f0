import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineParser, demand } from './parser.ts';
import { inputsOf, parsers } from './parsers.ts';
import { runParser } from './run-parser.ts';

/** Inputs of each parser, and again as many, up to so often, until some were taken and some refused. */
const SAMPLE = 150;
const MOST_SAMPLES = 8;

describe.each(parsers.map((parser) => [parser.name, parser] as const))('%s', (_name, parser) => {
  it('takes nothing that it should not, and never crashes or hangs', async () => {
    const seen = { accepted: 0, refused: 0 };
    for (let sample = 0; sample < MOST_SAMPLES && Math.min(seen.accepted, seen.refused) === 0; sample += 1) {
      const { failure, accepted, refused } = await runParser(parser, {
        inputs: SAMPLE,
        seed: randomInt(2 ** 31 - 1),
      });
      expect(failure).toBeNull();
      seen.accepted += accepted;
      seen.refused += refused;
    }
    // Inputs that are all taken, or all refused, would try nothing.
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(0);
  });
});

describe('a run', () => {
  const tried = <Input>(inputs: fc.Arbitrary<Input>, check: (input: Input) => boolean) =>
    runParser(defineParser({ name: 'tried', share: 1, open: async () => ({ inputs, check }) }), {
      inputs: 500,
      seed: 1,
    });

  it('tells the smallest input that fails, and why', async () => {
    const { failure } = await tried(fc.string(), (text) => {
      demand(!/[a-z]/.test(text), 'A letter was taken.');
      return true;
    });
    expect(failure?.input).toMatch(/^"[a-z]"$/);
    expect(failure?.why).toContain('A letter was taken.');
  });

  it('fails at an input that takes a second of the processor', async () => {
    const { failure } = await tried(fc.constant('slow'), () => {
      const start = process.threadCpuUsage().user;
      while (process.threadCpuUsage().user - start < 1_100_000);
      return true;
    });
    expect(failure?.why).toContain('of processor time');
  });

  it('gives every parser its share', () => {
    const shares = inputsOf(parsers, 1_000_000);
    const total = [...shares.values()].reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThanOrEqual(1_000_000);
    expect(shares.size).toBe(parsers.length);
  });
});
