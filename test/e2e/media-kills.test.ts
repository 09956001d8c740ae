import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { serveOnLoopback } from '../../src/simulators/loopback-server.js';
import { HOST, play } from '../support/media-matrix/players.js';
import { drawScripts, type Script } from '../support/media-matrix/scripts.js';
import { type MortalScene, openMortalScene } from '../support/media-matrix/theatre.js';
import { runs } from '../support/runs.js';
import { runSeed, seeded, shuffled } from '../support/seeded.js';
import { serviceReader } from '../support/service-reader.js';

/** What is asked of TRTC, of the backend's own callback URL, and of Temporal for a callback. */
const DONE = [
  'trtc.start',
  'trtc.look',
  'trtc.stop',
  'trtc.dismiss',
  'trtc.removeUser',
  'relay.deliver',
  'inbox.handOff',
];
const ALL_POINTS = DONE.flatMap((done) => [`before ${done}`, `after ${done}`]);
/** Each is a death and a start of the product: a few of them every day, all of them at length. */
const A_FEW = 4;
const POINTS = shuffled(ALL_POINTS, seeded(runSeed())).slice(0, runs(1) > 1 ? undefined : A_FEW);
const WAIT = { timeout: 180_000, interval: 500 };

let scene: MortalScene;
let backend: { readonly url: string; stop(): Promise<void> };
const told: string[] = [];
beforeAll(async () => {
  scene = await openMortalScene(inject('temporalAddress'));
  backend = await serveOnLoopback(0, async (request, response) => {
    told.push(new URL(request.url ?? '/', 'http://x').searchParams.get('CallbackCommand') ?? '');
    response.end('{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}');
  });
});
afterAll(async () => {
  await scene?.close();
  await backend?.stop();
});

/** Scripts that come by every point: answered, with a stream, in rooms of both kinds. */
const answered = ({ ending, stream }: Script): boolean =>
  stream !== 'none' && ending !== 'rejected' && ending !== 'unanswered';

it('leaves no stream, no room of its own and no call behind, wherever it is killed', async () => {
  const seed = runSeed();
  process.stdout.write(`seed ${seed}\n`);
  const { product, simulator, trtc } = scene;
  const living = product.keepAlive();
  const Url = `${backend.url}/callbacks`;
  const CallbackCommandList = ['Call.CallbackAfterEndCall'];
  await scene.insistent.send('call_config/set_callback', { Url, CallbackCommandList });

  const scripts = drawScripts(60, seeded(seed)).filter(answered);
  const playing: Promise<string>[] = [];
  const played: Script[] = [];
  for (const point of POINTS) {
    await product.arm({ point });
    const isKilled = async () => point in (await product.points()).killed;
    // One more call at a time until one of them has come by.
    while (!(await isKilled())) {
      const script = scripts[played.length];
      if (script === undefined) break;
      played.push(script);
      playing.push(play(scene, script));
      await expect
        .poll(isKilled, { timeout: 12_000 })
        .toBe(true)
        .catch(() => undefined);
    }
  }
  const { declared, killed } = await product.points();
  process.stdout.write(
    `${POINTS.map((point) => `${point}: killed ${killed[point] ?? 0}`).join('\n')}\n`,
  );
  expect(ALL_POINTS.filter((point) => !declared.has(point))).toEqual([]);
  expect(POINTS.filter((point) => !(point in killed))).toEqual([]);

  await Promise.all(playing);
  const live = () => simulator.control.ledger().calls.filter(({ endedAt }) => !endedAt);
  await expect.poll(live, WAIT).toEqual([]);
  const still = () => trtc.control.ledger().tasks.filter(({ endedAt }) => !endedAt);
  await expect.poll(still, WAIT).toEqual([]);
  const given = played.flatMap(({ room }) => (room === undefined ? [] : [`text:${room}`]));
  const rooms = () => Object.keys(trtc.control.ledger().rooms).sort();
  await expect.poll(rooms, WAIT).toEqual(given.toSorted());
  // Whose room it is keeps everybody but the users that we sent into it.
  for (const room of given) expect(trtc.control.ledger().rooms[room]).toContain(HOST);
  const inside = Object.values(trtc.control.ledger().rooms).flat();
  expect(inside.filter((user) => user.startsWith('robot'))).toEqual([]);
  const rung = simulator.control.ledger().calls.map(({ request }) => request.robot);
  expect(rung.toSorted()).toEqual(played.map(({ robot }) => robot).toSorted());

  const read = await serviceReader({ url: product.place.apiUrl });
  const ids = Array.from({ length: 5 * played.length }, (_, nth) => nth + 1);
  const ended = async () => {
    const calls = await Promise.all(ids.map((id) => read(id).catch(() => undefined)));
    const over = calls.flatMap((call) => (call?.ended_at ? [String(call.caller_user_id)] : []));
    return over.toSorted();
  };
  await expect.poll(ended, { timeout: 120_000, interval: 1_000 }).toEqual(rung.toSorted());
  await expect.poll(() => told.length, WAIT).toBeGreaterThan(0);
  expect(new Set(told)).toEqual(new Set(CallbackCommandList));
  await living.stop();
});
