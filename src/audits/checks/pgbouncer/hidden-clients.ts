import { poolerSettingAudit } from '../../pooler-setting-audit.ts';

export const audit = poolerSettingAudit({
  id: 'hidden-clients',
  title: 'Clients cannot be told apart behind PgBouncer',
  todo: 'Turn application_name_add_host on',
  severity: 'low',
  why: 'On the server every session has the address of the PgBouncer: in an outage it takes longer to say whose query it is.',
  falsePositives: 'Where services name themselves in application_name and nobody needs the pod: suppress it.',
  problem: ({ settings }) => (settings.addsHost ? null : 'application_name_add_host = 0.'),
  note: "Let it append each client's address to application_name. Statistics by application_name grow by it; Firebreak strips it.",
  line: () => 'application_name_add_host = 1',
});
