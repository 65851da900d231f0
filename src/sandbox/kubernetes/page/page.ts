/** The sandbox's web page. It only reads, and puts every value into the document as text, never as markup. */
export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kubernetes sandbox</title>
<style>
  :root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 78rem; padding: 1rem; }
  h1 { font-size: 1.2rem; } h2 { font-size: 1rem; margin: 1.5rem 0 .3rem; }
  div.scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }
  th { font-weight: 600; } td { font-family: ui-monospace, monospace; font-size: 12px; }
  tr.warn td { background: #f9a02033; } tr.off td { opacity: .6; }
  #stale { color: #c33; }
</style>
</head>
<body>
<h1>Kubernetes sandbox <small id="stale" role="status" hidden>not connected</small></h1>
<p>Namespaces: <span id="namespaces"></span></p>
<main id="tables"></main>
<script>
const TABLES = {
  deployments: ['Deployments', ['namespace', 'name', 'replicas', 'ready', 'revision', 'images']],
  cronJobs: ['CronJobs', ['namespace', 'name', 'schedule', 'suspended', 'lastSchedule', 'active']],
  jobs: ['Jobs', ['namespace', 'name', 'state', 'active', 'succeeded', 'failed', 'owner']],
  pods: ['Pods', ['namespace', 'name', 'phase', 'ip', 'restarts', 'owner']],
  events: ['Events', ['time', 'type', 'reason', 'object', 'message', 'count']],
};
const element = (tag, text) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = String(text);
  return node;
};
const row = (item, columns) => {
  const line = element('tr');
  if (item.suspended || item.type === 'Warning' || item.phase === 'Failed') line.className = 'warn';
  if (item.phase === 'Succeeded' || item.state === 'Complete') line.className = 'off';
  line.append(...columns.map((column) => element('td', item[column])));
  return line;
};
const table = (title, columns, items) => {
  const section = element('section');
  const grid = element('table');
  const head = element('tr');
  head.append(...columns.map((column) => element('th', column)));
  grid.append(head, ...items.map((item) => row(item, columns)));
  const scroll = element('div');
  scroll.className = 'scroll';
  scroll.append(grid);
  section.append(element('h2', title + ' (' + items.length + ')'), scroll);
  return section;
};
let shown = '';
const refresh = async () => {
  const stale = document.getElementById('stale');
  try {
    const answer = await fetch('/_sandbox/state');
    const text = await answer.text();
    stale.hidden = answer.ok;
    if (answer.ok && text !== shown) {
      shown = text;
      const state = JSON.parse(text);
      document.getElementById('namespaces').textContent = state.namespaces.join(', ');
      document.getElementById('tables').replaceChildren(
        ...Object.entries(TABLES).map(([key, [title, columns]]) => table(title, columns, state[key])),
      );
    }
  } catch {
    stale.hidden = false;
  }
  setTimeout(refresh, 1000);
};
refresh();
</script>
</body>
</html>
`;
