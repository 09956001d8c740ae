import { condition, defineUpdate, setHandler } from '@temporalio/workflow';

type By = readonly [by: { user_id: string; terminal_id: string; reason?: string }];
export const acceptUpdate = defineUpdate<object, [...By]>('accept');
export const mediaStateUpdate = defineUpdate<object, [...By]>('media-state');
export const hangupUpdate = defineUpdate<object, [...By]>('hangup');

/** The least that is still a call: three updates, and a deadline for each state. */
export async function bareCall(ringMs: number, maxDurationMs: number): Promise<object> {
  const call = { status: 'calling', version: 1, joined: [] as string[], reason: '' };
  let deadline = Date.now() + ringMs;
  const become = (status: string) => Object.assign(call, { status, version: call.version + 1 });
  setHandler(acceptUpdate, () => {
    deadline = Date.now() + maxDurationMs;
    return become('accepted');
  });
  setHandler(mediaStateUpdate, ({ user_id }) => {
    call.joined.push(user_id);
    return become('ongoing');
  });
  setHandler(hangupUpdate, ({ reason = '' }) => Object.assign(become('ended'), { reason }));
  while (call.status !== 'ended') {
    const seen = call.version;
    const moved = await condition(() => call.version !== seen, deadline - Date.now());
    if (!moved) become('ended');
  }
  return call;
}
