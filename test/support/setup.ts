/** The tests run on the Node that package.json names; an older one on PATH means the optional packages were left out. */
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  throw new Error(
    `Node ${process.versions.node} runs the tests, but Firebreak needs 24 or newer. Run "npm ci" without --omit=optional.`,
  );
}
