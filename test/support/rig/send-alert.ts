import { ALERT_TOKEN, DATABASE } from './install.ts';

/** The alert that the runbook of the rig is for, in the generic form. */
export function overloadAlert(id = 'overload-1', database: string = DATABASE) {
  return {
    id,
    status: 'firing',
    name: 'Overload',
    startsAt: new Date().toISOString(),
    summary: 'The database is overloaded',
    labels: { database },
  };
}

/** Sends an alert once; the status of the answer. Throws when there is none. */
export async function sendAlert(httpUrl: string, alert: object = overloadAlert()): Promise<number> {
  const response = await fetch(`${httpUrl}/alerts/checks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ALERT_TOKEN}` },
    body: JSON.stringify(alert),
  });
  await response.arrayBuffer();
  return response.status;
}
