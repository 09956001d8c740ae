import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Shared with mortal-product.ts, which arms points and reads the rest. */
const folder = process.env.KILL_POINTS_FOLDER;
const [declared, reached, killed, known, arms] = [
  'declared',
  'reached',
  'killed',
  'known',
  'arms',
].map((name) => join(folder, name));
mkdirSync(arms, { recursive: true });

export const declare = (name) => appendFileSync(declared, `before ${name}\nafter ${name}\n`);

/** The users of each call that was met, by our id and by its provider's: many requests have no more. */
const usersOf = new Map();
for (const line of textOf(known)?.split('\n').slice(0, -1) ?? []) {
  const { ids, users } = JSON.parse(line);
  for (const id of ids) usersOf.set(id, users);
}

/** Names of commands and the like are shorter than what a provider calls a call. */
const isProviderId = (value) => typeof value === 'string' && value.length >= 16;
const unwrapped = (value) => value?.state ?? value?.plan ?? value ?? {};
const idsIn = (value, place) => {
  if (isProviderId(value) || (place === 0 && typeof value === 'number')) return [value];
  const { callId, providerCallId } = unwrapped(value);
  return [callId, providerCallId].filter((id) => id !== undefined);
};
const usersIn = (value) => {
  const { parties, robot, callees = [] } = unwrapped(value);
  if (Array.isArray(parties)) return parties.map(({ userId }) => userId);
  return robot === undefined ? [] : [robot, ...callees];
};

/** All this is about one call: whoever is named in a part of it is a user of the whole. */
function learn(values) {
  const ids = values.flatMap(idsIn);
  const users = values.flatMap(usersIn).concat(ids.flatMap((id) => usersOf.get(id) ?? []));
  const news = ids.filter((id) => !usersOf.has(id));
  if (users.length === 0 || news.length === 0) return;
  const all = [...new Set(users)];
  for (const id of news) usersOf.set(id, all);
  appendFileSync(known, `${JSON.stringify({ ids: news, users: all })}\n`);
}

const learnOf = (args, answer) =>
  Array.isArray(answer) ? answer.forEach((each) => learn([each])) : learn([...args, answer]);

export function pointed(name, args, work) {
  learn(args);
  pass(`before ${name}`, args);
  const answer = work(...args);
  if (typeof answer?.then !== 'function') {
    pass(`after ${name}`, args);
    return answer;
  }
  return answer.then((value) => {
    learnOf(args, value);
    pass(`after ${name}`, args);
    return value;
  });
}

function pass(point, args) {
  appendFileSync(reached, `${point}\n`);
  for (const name of readdirSync(arms)) {
    const armed = JSON.parse(textOf(join(arms, name)) ?? '{}');
    if (armed.point !== point || !concerns(armed, args)) continue;
    rmSync(join(arms, name), { force: true });
    appendFileSync(killed, `${point}\n`);
    if (armed.serverPid !== undefined) process.kill(armed.serverPid, 'SIGKILL');
    process.kill(process.pid, 'SIGKILL');
  }
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function concerns({ userId }, args) {
  if (userId === undefined || args.length === 0) return true;
  const users = args.flatMap(idsIn).flatMap((id) => usersOf.get(id) ?? []);
  return users.includes(userId) || JSON.stringify(args).includes(`"${userId}"`);
}
