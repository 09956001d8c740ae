import { randomUUID } from 'node:crypto';
import type { Timers } from '../timers.js';
import type { TrtcBehaviour } from './settings.js';

/** Of two kinds: the numeric room 123 and the text room "123" are two rooms. */
export interface TrtcRoom {
  readonly name: string;
  readonly kind: 'numeric' | 'text';
}

export interface IngestTask {
  readonly id: string;
  readonly room: TrtcRoom;
  readonly userId: string;
  readonly url: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  readonly endedBy?: 'stream' | 'stop' | 'dismissal' | 'removal' | 'idle' | undefined;
}

export interface RoomWatcher {
  entered(room: TrtcRoom, userId: string): void;
  /** `reason` is TRTC's own: 1 left, 2 timed out, 3 removed. */
  exited(room: TrtcRoom, userId: string, reason: 1 | 2 | 3): void;
  dismissed(room: TrtcRoom): void;
  taskStarted(task: IngestTask, failed: boolean): void;
  taskEnded(task: IngestTask): void;
}

type Stream = { readonly ms?: number; readonly broken?: boolean };
type Wanted = Pick<IngestTask, 'room' | 'userId' | 'url' | 'request'>;

/** Rooms exist while somebody is in them; tasks play streams into rooms as users of their own. */
export interface Studio {
  readonly tasks: readonly IngestTask[];
  /** Who is in which room now. */
  readonly rooms: ReadonlyMap<string, ReadonlySet<string>>;
  enter(room: TrtcRoom, userId: string): void;
  exit(room: TrtcRoom, userId: string, reason?: 1 | 2): boolean;
  /** Whether there was such a room. */
  dismiss(room: TrtcRoom): boolean;
  remove(room: TrtcRoom, userIds: readonly string[]): boolean;
  /** The task, or that one of this user plays in this room already. */
  start(wanted: Wanted): IngestTask | 'exists';
  isPlaying(taskId: string): boolean;
  stop(taskId: string): boolean;
  /** How long this URL plays from now on, or that it cannot be played. */
  stream(url: string, what: Stream): void;
  /** Whatever plays this URL now has come to its end. */
  finish(url: string): void;
}

export const roomKey = ({ kind, name }: TrtcRoom): string => `${kind}:${name}`;

/** Who is in which room. */
interface Rooms {
  readonly all: Map<string, Set<string>>;
  enter(room: TrtcRoom, userId: string): void;
  leave(room: TrtcRoom, userId: string, reason: 1 | 2 | 3): boolean;
}

function createRooms(watcher: RoomWatcher): Rooms {
  const all = new Map<string, Set<string>>();
  return {
    all,
    enter(room, userId) {
      const inside = all.get(roomKey(room)) ?? new Set();
      all.set(roomKey(room), inside.add(userId));
      watcher.entered(room, userId);
    },
    leave(room, userId, reason) {
      const inside = all.get(roomKey(room));
      if (inside?.delete(userId) !== true) return false;
      watcher.exited(room, userId, reason);
      if (inside.size === 0) {
        all.delete(roomKey(room));
        watcher.dismissed(room);
      }
      return true;
    },
  };
}

interface Tasks {
  readonly all: Map<string, IngestTask>;
  playingIn(room: TrtcRoom): IngestTask[];
  end(task: IngestTask, endedBy: IngestTask['endedBy']): void;
}

function createTasks(watcher: RoomWatcher, rooms: Rooms): Tasks {
  const all = new Map<string, IngestTask>();
  return {
    all,
    playingIn: (room) =>
      [...all.values()].filter(
        (task) => task.endedAt === undefined && roomKey(task.room) === roomKey(room),
      ),
    end(task, endedBy) {
      const current = all.get(task.id);
      if (current === undefined || current.endedAt !== undefined) return;
      const ended = { ...current, endedAt: Date.now(), endedBy };
      all.set(task.id, ended);
      watcher.taskEnded(ended);
      rooms.leave(task.room, task.userId, 1);
    },
  };
}

export function createStudio(
  behaviour: TrtcBehaviour,
  timers: Timers,
  watcher: RoomWatcher,
): Studio {
  const rooms = createRooms(watcher);
  const tasks = createTasks(watcher, rooms);
  const streams = new Map<string, Stream>();

  /** One whose stream cannot be played has a task all the same, which ends by itself. */
  const play = (task: IngestTask) => {
    const { ms = behaviour.streamMs, broken = false } = streams.get(task.url) ?? {};
    watcher.taskStarted(task, broken);
    if (broken) {
      tasks.end(task, 'stream');
      return;
    }
    rooms.enter(task.room, task.userId);
    timers.after(ms, () => tasks.end(task, 'stream'));
  };

  const start = (wanted: Wanted): IngestTask | 'exists' => {
    const twins = tasks.playingIn(wanted.room).filter(({ userId }) => userId === wanted.userId);
    if (twins.length > 0) return 'exists';
    const task: IngestTask = { ...wanted, id: randomUUID(), startedAt: Date.now() };
    tasks.all.set(task.id, task);
    play(task);
    return task;
  };

  /** Whether there was such a room. */
  const clear = (room: TrtcRoom, only?: readonly string[]): boolean => {
    const inside = rooms.all.get(roomKey(room));
    if (inside === undefined) return false;
    const isMeant = (userId: string) => only === undefined || only.includes(userId);
    const why = only === undefined ? 'dismissal' : 'removal';
    for (const task of tasks.playingIn(room)) if (isMeant(task.userId)) tasks.end(task, why);
    for (const userId of [...inside].filter(isMeant)) rooms.leave(room, userId, 3);
    return true;
  };

  return {
    get tasks() {
      return [...tasks.all.values()];
    },
    rooms: rooms.all,
    enter: (room, userId) => rooms.enter(room, userId),
    exit: (room, userId, reason = 1) => rooms.leave(room, userId, reason),
    dismiss: (room) => clear(room),
    remove: (room, userIds) => clear(room, userIds),
    start,
    isPlaying: (taskId) => tasks.all.has(taskId) && !tasks.all.get(taskId)?.endedAt,
    stop(taskId) {
      const task = tasks.all.get(taskId);
      if (task === undefined || task.endedAt !== undefined) return false;
      tasks.end(task, 'stop');
      return true;
    },
    stream(url, what) {
      streams.set(url, what);
    },
    finish(url) {
      for (const task of tasks.all.values()) if (task.url === url) tasks.end(task, 'stream');
    },
  };
}
