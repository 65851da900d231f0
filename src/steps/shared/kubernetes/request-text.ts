import type { Job } from '../../../domain/cluster.ts';
import type { Command } from '../../../domain/plan.ts';

/** The JSON body of a request on one line, as it is sent; any other text as it is. */
export function compactBody(request: string): string {
  const [head = '', ...rest] = request.split('\n\n');
  try {
    return `${head}\n${JSON.stringify(JSON.parse(rest.join('\n\n')))}`;
  } catch {
    return request;
  }
}

/** The request that a change of one Job sends, for people to read. */
export function jobRequest(
  job: Pick<Job, 'namespace' | 'name' | 'uid'>,
  how: 'suspend' | 'resume' | 'delete',
): Command {
  const path = `/apis/batch/v1/namespaces/${job.namespace}/jobs/${job.name}`;
  if (how === 'delete') {
    const body = JSON.stringify({ preconditions: { uid: job.uid }, propagationPolicy: 'Background' });
    return { label: `Delete Job ${job.name}`, language: 'text', text: `DELETE ${path}\n${body}` };
  }
  const verb = how === 'suspend' ? 'Suspend' : 'Resume';
  const body = JSON.stringify({ spec: { suspend: how === 'suspend' } });
  return { label: `${verb} Job ${job.name}`, language: 'text', text: `PATCH ${path}\n${body}` };
}
