import { settingAudit } from '../../setting-audit.ts';

export const audit = settingAudit({
  id: 'tcp-keepalives',
  setting: 'tcp_keepalives_idle',
  title: 'Dead clients are noticed late',
  todo: 'Lower tcp_keepalives_idle',
  severity: 'low',
  why: 'A client whose host vanished keeps its connection and its locks for the two hours that the system waits by default.',
  falsePositives: 'Where the system itself is set to less (net.ipv4.tcp_keepalive_time): suppress it.',
  isBad: (value) => value === '0',
  proposal: '60s',
  note: 'After a minute of silence the server asks whether the client is still there.',
  takesEffect: 'reload',
});
