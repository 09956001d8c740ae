import { setTimeout as sleep } from 'node:timers/promises';
import { aCreate } from './http-calls.js';
import type { InsistentUser } from './insistent-user.js';
import type { Random } from './seeded.js';

export interface Couple {
  readonly caller: InsistentUser;
  readonly callee: InsistentUser;
  readonly calleeId: string;
  readonly random: Random;
}

const CALLER = { terminal_id: 'caller-phone' };
const PHONE = { terminal_id: 'callee-phone' };
const TABLET = { terminal_id: 'callee-tablet' };

type Script = (couple: Couple, id: { callId: number }) => Promise<unknown>;

const SCRIPTS: Readonly<Record<string, Script>> = {
  async talks({ caller, callee, random }, id) {
    await callee.ask('ringing', (c) => c.reportMediaState(id, { ...PHONE, stage: 'ringing' }));
    await callee.ask('accept', (c) => c.acceptCall(id, random() < 0.5 ? PHONE : TABLET));
    await caller.ask('joined', (c) => c.reportMediaState(id, { ...CALLER, stage: 'joined' }));
    await sleep(random() * 1_500);
    const [who, by] = random() < 0.5 ? [caller, CALLER] : [callee, PHONE];
    await who.ask('hangup', (c) => c.hangupCall(id, by));
  },
  async answersTwice({ caller, callee }, id) {
    await Promise.all(
      [PHONE, TABLET].map((by) => callee.ask('accept', (c) => c.acceptCall(id, by))),
    );
    await caller.ask('hangup', (c) => c.hangupCall(id, CALLER));
  },
  rejects: ({ callee }, id) => callee.ask('reject', (c) => c.rejectCall(id, PHONE)),
  cancels: ({ caller }, id) => caller.ask('cancel', (c) => c.cancelCall(id, CALLER)),
  async waits({ caller }, id) {
    const ended = async () => {
      const state = await caller.ask('state', (c) => c.getCallState(id));
      return typeof state === 'object' && state.ended_at !== null;
    };
    while (!(await ended())) await sleep(300);
  },
};
const NAMES = Object.keys(SCRIPTS);

/** One call, as its seed has it; answers how it was played. */
export async function randomCall(couple: Couple): Promise<string> {
  const { random } = couple;
  const name = NAMES[Math.floor(random() * NAMES.length)] ?? '';
  const ring = name === 'waits' ? 1 : 60;
  const body = aCreate({ target_user_id: Number(couple.calleeId), timeout_seconds: ring });
  const created = await couple.caller.ask('create', (c) => c.createCall(body));
  if (typeof created === 'number') return `refused ${created}`;
  await SCRIPTS[name]?.(couple, { callId: Number(created.call_id) });
  return name;
}
