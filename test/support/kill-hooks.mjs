/** Where the product is put together: which export of which of its files is wrapped, and by what. */
const SEAMS = {
  'dist/src/store/open-store.js': ['openStore', 'storeSeam'],
  'dist/src/store/quality-samples.js': ['createQualitySamples', 'samplesSeam'],
  'dist/src/engine/call-engine.js': ['createCallEngine', 'engineSeam'],
  'dist/src/engine/worker.js': ['createWorker', 'workerSeam'],
};

const PROJECT = new URL('../..', import.meta.url).href;
const WRAPPERS = new URL('kill-seams.mjs', import.meta.url).href;

/** What imports such a file gets this in its place, which imports the file itself. */
export async function load(url, context, nextLoad) {
  const seam = url.startsWith(PROJECT) ? SEAMS[url.slice(PROJECT.length)] : undefined;
  if (seam === undefined) return nextLoad(url, context);
  const [name, wrapper] = seam;
  const itself = JSON.stringify(`${url}?itself`);
  const source = [
    `import { ${name} as real } from ${itself};`,
    `import { ${wrapper} } from ${JSON.stringify(WRAPPERS)};`,
    `export * from ${itself};`,
    `export const ${name} = ${wrapper}(real);`,
  ].join('\n');
  return { format: 'module', shortCircuit: true, source };
}
