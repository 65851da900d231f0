import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { limitCpus, parseCpuList } from '../../../src/drill/victim/cpu-limit.ts';

test('the list format of the kernel is read', () => {
  expect(parseCpuList(' 0-3,8\n')).toEqual([0, 1, 2, 3, 8]);
  expect(parseCpuList('5')).toEqual([5]);
});

test.runIf(process.platform === 'linux')(
  'a limited process runs on one processor, one within the limit is left alone',
  async () => {
    const child = spawn('sleep', ['60']);
    const allowed = (): number[] => {
      const line = /Cpus_allowed_list:\s*(.*)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      return parseCpuList(line?.[1] ?? '');
    };
    const before = allowed();
    expect(await limitCpus(child.pid ?? 0, before.length)).toBe(before.length);
    expect(allowed()).toEqual(before);
    expect(await limitCpus(child.pid ?? 0, 1)).toBe(1);
    expect(allowed()).toEqual(before.slice(0, 1));
    child.kill();
    await once(child, 'exit');
  },
);
