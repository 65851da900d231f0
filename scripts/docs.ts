import { buildSite } from './site/build-site.ts';

/** Writes the documentation as a static site. Fails at a link or picture that leads nowhere. */
const FOLDER = 'site';
console.log(`${buildSite('.', FOLDER)} pages. Open ${FOLDER}/index.html, or serve the folder from anywhere.`);
