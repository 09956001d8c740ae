/**
 * Where the product is put together: which export of which of its files is wrapped, by what of
 * seams.mjs, and under which name. What is asked of a provider goes through the methods of a port.
 */
const SEAMS = {
  'dist/src/store/open-store.js': ['openStore', 'storeSeam'],
  'dist/src/store/quality-samples.js': ['createQualitySamples', 'samplesSeam'],
  'dist/src/engine/call-engine.js': ['createCallEngine', 'engineSeam'],
  'dist/src/engine/worker.js': ['createWorker', 'workerSeam'],
  'dist/src/providers/tencent/robot-calls.js': ['createTencentRobotCalls', 'portSeam', 'tencent'],
};

const PROJECT = new URL('../../..', import.meta.url).href;
const WRAPPERS = new URL('seams.mjs', import.meta.url).href;

/** What imports such a file gets this in its place, which imports the file itself. */
export async function load(url, context, nextLoad) {
  const seam = url.startsWith(PROJECT) ? SEAMS[url.slice(PROJECT.length)] : undefined;
  if (seam === undefined) return nextLoad(url, context);
  const [name, wrapper, as] = seam;
  const itself = JSON.stringify(`${url}?itself`);
  const source = [
    `import { ${name} as real } from ${itself};`,
    `import { ${wrapper} } from ${JSON.stringify(WRAPPERS)};`,
    `export * from ${itself};`,
    `export const ${name} = ${wrapper}(real, ${JSON.stringify(as)});`,
  ].join('\n');
  return { format: 'module', shortCircuit: true, source };
}
