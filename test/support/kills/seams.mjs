import { Context } from '@temporalio/activity';
import { COMMAND_NAMES } from '../../../dist/src/contract/names.js';
import { declare, pointed } from './point.mjs';

const isFunction = (value) => typeof value === 'function';

/** Every method of a port, each with the points before and after it. */
function methods(seam, port) {
  const entries = Object.entries(port).filter(([, value]) => isFunction(value));
  for (const [method] of entries) declare(`${seam}.${method}`);
  const wrapped = entries.map(([method, work]) => [
    method,
    (...args) => pointed(`${seam}.${method}`, args, work),
  ]);
  return { ...port, ...Object.fromEntries(wrapped) };
}

/** What makes a port. */
export const portSeam =
  (create, name) =>
  (...args) =>
    methods(name, create(...args));

export const storeSeam = (openStore) => async (options) => {
  const store = await openStore(options);
  const ports = Object.entries(store).filter(([, port]) => !isFunction(port));
  const wrapped = ports.map(([name, port]) => [name, methods(`store.${name}`, port)]);
  return methods('store', { ...store, ...Object.fromEntries(wrapped) });
};

/** Samples are kept in memory; what reaches the database is a batch, at a time of its own. */
export const samplesSeam = (createQualitySamples) => (database, onError) => {
  const batch = 'store.qualitySamples.batch';
  declare(batch);
  const run = (work) => pointed(batch, [], () => database.run(work));
  return createQualitySamples({ ...database, run }, onError);
};

export const engineSeam = (createCallEngine) => (client, means) => {
  const { command, ...engine } = createCallEngine(client, means);
  for (const name of COMMAND_NAMES) declare(`engine.command ${name}`);
  return {
    ...methods('engine', engine),
    command: (...args) => pointed(`engine.command ${args[1]}`, args, command),
  };
};

/** What is told of a placed call; that it is being placed, and who waits for it, is in memory alone. */
export const placedHereSeam = (createPlacedHere) => (client) => {
  const placings = createPlacedHere(client);
  declare('placedHere.tell');
  const begin = (callId) => {
    const waiting = placings.begin(callId);
    if (waiting === undefined) return undefined;
    const tell = (taskToken, ...what) =>
      pointed('placedHere.tell', [callId, ...what], () => waiting.tell(taskToken, ...what));
    return { ...waiting, tell };
  };
  return { ...placings, begin };
};

/** An activity is at two points: what a workflow task carries out itself has a path of its own. */
export const workerSeam = (createWorker) => (parts) => {
  const wrapped = Object.entries(parts.activities).map(([name, work]) => {
    declare(`activity.${name} ordinary`);
    declare(`activity.${name} local`);
    const kind = () => (Context.current().info.isLocal ? 'local' : 'ordinary');
    return [name, (...args) => pointed(`activity.${name} ${kind()}`, args, work)];
  });
  return createWorker({ ...parts, activities: Object.fromEntries(wrapped) });
};

/** A message tells its call by its own id alone. */
export const senderSeam = (createWebhookSender) => (settings) => {
  const sender = createWebhookSender(settings);
  declare('webhooks.send');
  const send = (message) => {
    const callId = Number(message.id.split('-')[0]);
    return pointed('webhooks.send', [callId, message], () => sender.send(message));
  };
  return { ...sender, send };
};
