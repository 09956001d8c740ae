/**
 * Where the product is put together: which exports of which of its files are wrapped, by what of
 * seams.mjs, and under which name. What is asked of a provider goes through the methods of a port.
 */
const SEAMS = {
  'dist/src/store/open-store.js': [['openStore', 'storeSeam']],
  'dist/src/store/quality-samples.js': [['createQualitySamples', 'samplesSeam']],
  'dist/src/engine/call-engine.js': [['createCallEngine', 'engineSeam']],
  'dist/src/engine/worker.js': [
    ['createWorker', 'workerSeam'],
    ['createWebhookWorker', 'workerSeam'],
  ],
  'dist/src/engine/placed-here.js': [['createPlacedHere', 'placedHereSeam']],
  'dist/src/engine/delivery-waker.js': [['createDeliveryWaker', 'portSeam', 'waker']],
  'dist/src/providers/webhooks/webhook-sender.js': [['createWebhookSender', 'senderSeam']],
  'dist/src/providers/tencent/robot-calls.js': [['createTencentRobotCalls', 'portSeam', 'tencent']],
  'dist/src/providers/tencent/relay.js': [['createCallbackRelay', 'portSeam', 'relay']],
  'dist/src/providers/trtc/media-rooms.js': [['createMediaRooms', 'portSeam', 'trtc']],
  'dist/src/engine/callback-inbox.js': [['createCallbackInbox', 'portSeam', 'inbox']],
  'dist/src/providers/yuntongxun/telephony.js': [
    ['createYuntongxunTelephony', 'portSeam', 'telephony'],
  ],
  'dist/src/providers/twilio/telephony.js': [['createTwilioTelephony', 'portSeam', 'telephony']],
};

const PROJECT = new URL('../../..', import.meta.url).href;
const WRAPPERS = new URL('seams.mjs', import.meta.url).href;

/** What imports such a file gets this in its place, which imports the file itself. */
export async function load(url, context, nextLoad) {
  const seams = url.startsWith(PROJECT) ? SEAMS[url.slice(PROJECT.length)] : undefined;
  if (seams === undefined) return nextLoad(url, context);
  const itself = JSON.stringify(`${url}?itself`);
  const source = [
    `import * as real from ${itself};`,
    `import * as wrappers from ${JSON.stringify(WRAPPERS)};`,
    `export * from ${itself};`,
    ...seams.map(
      ([name, wrapper, as]) =>
        `export const ${name} = wrappers.${wrapper}(real.${name}, ${JSON.stringify(as)});`,
    ),
  ].join('\n');
  return { format: 'module', shortCircuit: true, source };
}
