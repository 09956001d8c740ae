import { describe, expect, it } from 'vitest';
import type { IngestOrder, MediaRooms } from '../../../src/ports/media-rooms.js';
import { createCloudApi } from '../../../src/providers/trtc/cloud-api.js';
import { createMediaRooms } from '../../../src/providers/trtc/media-rooms.js';
import type { TrtcSimulatorSettings } from '../../../src/simulators/trtc/settings.js';
import type { TrtcSimulator } from '../../../src/simulators/trtc/simulator.js';
import { SDK_APP_ID, userSig } from '../../support/robot-backend.js';
import { API_KEY, trtcSimulator } from '../../support/trtc.js';

const TEXT = { name: 'room-1', kind: 'text' } as const;
const NUMERIC = { name: '9988101', kind: 'numeric' } as const;
const MINUTE_MS = 60_000;

interface Studio extends TrtcSimulator {
  readonly rooms: MediaRooms;
  /** Another process of the same service. */
  readonly other: MediaRooms;
}

async function studio(
  settings: Partial<TrtcSimulatorSettings> = {},
  numericRoomIs?: 0 | 1,
  keyed = false,
): Promise<Studio> {
  const simulator = await trtcSimulator(settings);
  const open = () =>
    createMediaRooms({
      sdkAppId: SDK_APP_ID,
      api: createCloudApi({ ...API_KEY, place: simulator.url }),
      signUser: (userId, room) => ({
        userSig: userSig(userId),
        ...(keyed && { privateMapKey: `key of ${userId} to ${room.name}` }),
      }),
      ...(numericRoomIs !== undefined && { numericRoomIs }),
    });
  return { ...simulator, rooms: open(), other: open() };
}

const order = (more: Partial<IngestOrder> = {}): IngestOrder => ({
  room: TEXT,
  stream: { url: 'https://media.test/hello.mp4', userId: 'robot' },
  longestMs: 90 * MINUTE_MS,
  ...more,
});

async function started(rooms: MediaRooms, more: Partial<IngestOrder> = {}): Promise<string> {
  const outcome = await rooms.start(order(more));
  if (outcome.kind !== 'started') throw new Error(JSON.stringify(outcome));
  return outcome.taskId;
}

describe('a stream', () => {
  it('is played by its user into its room until it is stopped, or over', async () => {
    const { rooms, control } = await studio({ streamMs: 300 });
    control.stream('https://media.test/long.mp4', { ms: 600_000 });
    const short = await started(rooms);
    const stream = { url: 'https://media.test/long.mp4', userId: 'singer' };
    const long = await started(rooms, { stream });
    expect(await rooms.look(long)).toEqual({ kind: 'playing' });
    expect(control.ledger().rooms).toEqual({ 'text:room-1': ['robot', 'singer'] });
    await expect.poll(() => rooms.look(short)).toEqual({ kind: 'gone' });
    expect(await rooms.stop(long)).toEqual({ kind: 'done' });
    expect(await rooms.look(long)).toEqual({ kind: 'gone' });
    expect(await rooms.stop(long)).toEqual({ kind: 'done' });
    expect(control.ledger().rooms).toEqual({});
  });

  it('is bounded by the provider, whatever becomes of us', async () => {
    const { rooms, control } = await studio();
    await started(rooms);
    const stream = { url: 'rtmp://media.test/live', userId: 'dj', repeat: -1, volume: 50 };
    await started(rooms, { stream: { ...stream, seekSeconds: 3 } });
    const [once, forEver] = control.ledger().tasks.map(({ request }) => request);
    expect(once).toMatchObject({ IdleTimeout: 60, UserId: 'robot', RoomIdType: 0 });
    expect(once).not.toHaveProperty('MaxDuration');
    expect(forEver).toMatchObject({
      IdleTimeout: 60,
      RepeatNum: -1,
      MaxDuration: 90,
      Volume: 50,
      SeekSecond: 3,
    });
  });

  it('shows the key of its room where the application wants one', async () => {
    const keyed = await studio({}, 1, true);
    await started(keyed.rooms);
    const [task] = keyed.control.ledger().tasks;
    expect(task?.request).toMatchObject({ PrivateMapKey: 'key of robot to room-1' });
    const plain = await studio();
    await started(plain.rooms);
    expect(plain.control.ledger().tasks[0]?.request).not.toHaveProperty('PrivateMapKey');
  });

  it.each([0, 1] as const)(
    'finds its text room although numeric rooms are %d, and asks twice once at most',
    async (numericRoomIs) => {
      const { rooms, control, other } = await studio({ numericRoomIs });
      await started(rooms);
      await started(rooms, { stream: { url: 'https://media.test/2.mp4', userId: 'second' } });
      const { tasks, requests } = control.ledger();
      expect(tasks.map(({ room }) => room)).toEqual([TEXT, TEXT]);
      expect(requests.StartStreamIngest).toBe(2 + numericRoomIs);
      expect(await other.start(order())).toMatchObject({ kind: 'exists' });
      expect(control.ledger().tasks).toHaveLength(2);
    },
  );

  it.each([0, 1] as const)(
    'plays into a numeric room by the setting %d alone, and never into the text room of its name',
    async (numericRoomIs) => {
      const right = await studio({ numericRoomIs }, numericRoomIs);
      await started(right.rooms, { room: NUMERIC });
      expect(right.control.ledger().tasks[0]?.room).toEqual(NUMERIC);
      const ids = right.control.ledger().tasks[0]?.request;
      expect(ids).toMatchObject({ RoomId: NUMERIC.name, RoomIdType: numericRoomIs });
    },
  );

  it('that its user plays already under a lost id exists', async () => {
    const { rooms, control } = await studio({ numericRoomIs: 0 });
    control.fault({ on: 'StartStreamIngest', kind: 'lose-answer' });
    expect(await rooms.start(order())).toMatchObject({ kind: 'unknown' });
    expect(await rooms.start(order())).toMatchObject({ kind: 'exists' });
    expect(control.ledger().tasks).toHaveLength(1);
    expect(await rooms.removeUser(TEXT, 'robot')).toEqual({ kind: 'done' });
    expect(await rooms.start(order())).toMatchObject({ kind: 'started' });
  });

  it.each([
    ['RequestLimitExceeded', 'refused'],
    ['ResourceInsufficient.RequestRejection', 'refused'],
    ['FailedOperation.RestrictedConcurrency', 'refused'],
    ['AuthFailure.SignatureFailure', 'refused'],
    ['InvalidParameter.UserSig', 'refused'],
    ['InternalError.InternalError', 'unknown'],
    ['FailedOperation.TaskExist', 'exists'],
  ])('that is answered %s is %s', async (code, kind) => {
    const { rooms, control } = await studio({ numericRoomIs: 0 });
    control.fault({ on: 'StartStreamIngest', kind: 'code', code });
    expect(await rooms.start(order())).toMatchObject({ kind, evidence: { word: code } });
  });

  it.each([
    ['lose-answer', { fault: 'connection' }],
    ['status', { fault: 'http-status', httpStatus: 502 }],
    ['malformed', { fault: 'connection' }],
  ] as const)(
    'whose answer is gone by %s is unknown, and asked for once',
    async (kind, evidence) => {
      const { rooms, control } = await studio({ numericRoomIs: 0 });
      control.fault({ on: 'StartStreamIngest', kind });
      expect(await rooms.start(order())).toEqual({ kind: 'unknown', evidence });
      expect(control.ledger().requests).toEqual({ StartStreamIngest: 1 });
      expect(control.ledger().tasks).toHaveLength(1);
    },
  );

  it('is not known to be over when nobody says so', async () => {
    const { rooms, control } = await studio();
    const task = await started(rooms);
    control.fault({ on: 'DescribeStreamIngest', kind: 'code', code: 'InternalError.DBError' });
    expect(await rooms.look(task)).toMatchObject({ kind: 'unknown' });
    control.fault({ on: 'StopStreamIngest', kind: 'status', effect: false });
    expect(await rooms.stop(task)).toMatchObject({ kind: 'unknown' });
    control.fault({ on: 'StopStreamIngest', kind: 'code', code: 'InvalidParameter.SdkAppId' });
    expect(await rooms.stop(task)).toMatchObject({ kind: 'refused' });
    expect(await rooms.look(task)).toEqual({ kind: 'playing' });
  });
});

describe('a room', () => {
  it.each([TEXT, NUMERIC])('of kind $kind is dismissed, and nobody else’s', async (room) => {
    const { rooms, control } = await studio();
    const other =
      room.kind === 'text' ? NUMERIC : { ...TEXT, name: room.name, kind: 'text' as const };
    const twin = { name: room.name, kind: room.kind === 'text' ? 'numeric' : 'text' } as const;
    control.enter(room, 'jack');
    control.enter(other, 'kim');
    control.enter(twin, 'ann');
    expect(await rooms.dismiss(room)).toEqual({ kind: 'done' });
    expect(Object.values(control.ledger().rooms).flat()).not.toContain('jack');
    expect(Object.values(control.ledger().rooms).flat()).toContain('ann');
    expect(await rooms.dismiss(room)).toEqual({ kind: 'done' });
  });

  it.each([TEXT, NUMERIC])('of kind $kind goes on without a user who is removed', async (room) => {
    const { rooms, control } = await studio();
    control.enter(room, 'jack');
    control.enter(room, 'robot');
    expect(await rooms.removeUser(room, 'robot')).toEqual({ kind: 'done' });
    expect(Object.values(control.ledger().rooms)).toEqual([['jack']]);
    control.exit(room, 'jack');
    expect(await rooms.removeUser(room, 'robot')).toEqual({ kind: 'done' });
  });

  it('that could not be closed may be tried again', async () => {
    const { rooms, control } = await studio();
    control.enter(TEXT, 'jack');
    control.fault({ on: 'DismissRoomByStrRoomId', kind: 'code', code: 'InternalError' });
    expect(await rooms.dismiss(TEXT)).toMatchObject({ kind: 'unknown' });
    expect(await rooms.dismiss(TEXT)).toEqual({ kind: 'done' });
  });
});

describe('the region of an action', () => {
  const asked = async (regions: Record<string, string>) => {
    const { url } = await trtcSimulator();
    const api = createCloudApi({ ...API_KEY, place: url, regions });
    const ask = (action: 'DescribeStreamIngest' | 'RemoveUser', body: object) =>
      api.ask(action, { SdkAppId: SDK_APP_ID, ...body });
    return [
      await ask('DescribeStreamIngest', { TaskId: 'none' }),
      await ask('RemoveUser', { RoomId: 5, UserIds: ['jack'] }),
    ].map((reply) => (reply.kind === 'fault' ? reply.evidence.word : reply.kind));
  };

  it('is one that serves it, for streams another one than for rooms', async () => {
    expect(await asked({})).toEqual(['answer', 'FailedOperation.RoomNotExist']);
  });

  it('is the one that was set, and of the other actions their own', async () => {
    const elsewhere = { DescribeStreamIngest: 'ap-jakarta', RemoveUser: 'ap-jakarta' };
    expect(await asked(elsewhere)).toEqual(['answer', 'UnsupportedRegion']);
    expect(await asked({ DescribeStreamIngest: 'ap-moon' })).toEqual([
      'UnsupportedRegion',
      'FailedOperation.RoomNotExist',
    ]);
  });
});

describe('the place of the cloud API', () => {
  it.each(['https://x.test/path', 'ftp://x.test', 'not a host', 'https://'])(
    'cannot be %s',
    (place) => {
      expect(() => createCloudApi({ ...API_KEY, place })).toThrow(RangeError);
    },
  );

  it('may be a host', () => {
    expect(() =>
      createCloudApi({ ...API_KEY, place: 'trtc.intl.tencentcloudapi.com' }),
    ).not.toThrow();
  });
});
