import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Shared with mortal-product.ts, which arms a point and reads the rest. */
const folder = process.env.KILL_POINTS_FOLDER;
const [declared, reached, killed, arm] = ['declared', 'reached', 'killed', 'arm'].map((name) =>
  join(folder, name),
);

export const declare = (name) => appendFileSync(declared, `before ${name}\nafter ${name}\n`);

/** The parties of each call this process has met: many requests name a call by its id alone. */
const partiesOf = new Map();

function learn(value) {
  if (Array.isArray(value)) return value.forEach(learn);
  const { callId, parties } = value?.state ?? value ?? {};
  if (Array.isArray(parties))
    partiesOf.set(
      callId,
      parties.map(({ userId }) => userId),
    );
}

export function pointed(name, args, work) {
  for (const arg of args) learn(arg);
  pass(`before ${name}`, args);
  const answer = work(...args);
  if (typeof answer?.then !== 'function') {
    pass(`after ${name}`, args);
    return answer;
  }
  return answer.then((value) => {
    learn(value);
    pass(`after ${name}`, args);
    return value;
  });
}

function pass(point, args) {
  appendFileSync(reached, `${point}\n`);
  const armed = readArm();
  if (armed?.point !== point || !concerns(armed, args)) return;
  rmSync(arm);
  appendFileSync(killed, `${point}\n`);
  if (armed.serverPid !== undefined) process.kill(armed.serverPid, 'SIGKILL');
  process.kill(process.pid, 'SIGKILL');
}

function readArm() {
  try {
    return JSON.parse(readFileSync(arm, 'utf8'));
  } catch {
    return undefined;
  }
}

function concerns({ userId }, args) {
  const [callId] = args;
  if (userId === undefined || args.length === 0) return true;
  return partiesOf.get(callId)?.includes(userId) || JSON.stringify(args).includes(`"${userId}"`);
}
