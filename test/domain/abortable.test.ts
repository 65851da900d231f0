import { describe, expect, it } from 'vitest';
import { abortable } from '../../src/domain/abortable.ts';

const never = () => new Promise<never>(() => {});

describe('abortable', () => {
  it('answers what the work answers', async () => {
    await expect(abortable(Promise.resolve(7), new AbortController().signal)).resolves.toBe(7);
  });

  it('ends the waiting with the reason of the abort', async () => {
    const controller = new AbortController();
    const waiting = abortable(never(), controller.signal);
    controller.abort(new Error('the run was aborted'));
    await expect(waiting).rejects.toThrow('the run was aborted');
  });

  it('waits for nothing when it is aborted already, whatever becomes of the work', async () => {
    const signal = AbortSignal.abort(new Error('the process stops'));
    await expect(abortable(never(), signal)).rejects.toThrow('the process stops');
    await expect(abortable(Promise.reject(new Error('late')), signal)).rejects.toThrow('the process stops');
  });
});
