import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { TWILIO } from '../../support/twilio.js';
import { OTHER, type There, TO, there } from './fixtures.js';

const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];
const statuses = ({ told }: There) => told.map(({ members }) => members.CallStatus);

async function called(scene: There, twiml: string, statusCallbackEvent = EVENTS): Promise<string> {
  const { sid } = await scene.sdk.calls.create({
    to: TO,
    from: TWILIO.number,
    twiml,
    statusCallback: `${scene.door}/status?of=it`,
    statusCallbackEvent,
  });
  return sid;
}

describe('a callback', () => {
  it('comes as a form for each event, numbered, with a signature that the SDK’s helper accepts', async () => {
    const scene = await there({ phone: { answersAfterMs: 0 } });
    const sid = await called(scene, '<Response><Hangup/></Response>');
    await expect.poll(() => statuses(scene)).toHaveLength(4);
    const told = scene.told.toSorted(
      (one, other) => Number(one.members.SequenceNumber) - Number(other.members.SequenceNumber),
    );
    expect(told.map(({ members }) => members.CallStatus)).toEqual([
      'initiated',
      'ringing',
      'in-progress',
      'completed',
    ]);
    for (const [index, { url, contentType, signature, members }] of told.entries()) {
      expect(contentType).toContain('application/x-www-form-urlencoded');
      expect(twilio.validateRequest(TWILIO.authToken, signature, url, members)).toBe(true);
      expect(twilio.validateRequest('another', signature, url, members)).toBe(false);
      expect(members).toMatchObject({
        AccountSid: TWILIO.accountSid,
        CallSid: sid,
        Direction: 'outbound-api',
        SequenceNumber: String(index),
        To: TO,
      });
    }
    expect(told[3]?.members.CallDuration).toBe('0');
  });

  it('comes of the end alone where the events are one text with commas', async () => {
    const scene = await there({ phone: { rejectsAfterMs: 0 } });
    await called(scene, '<Response/>', [EVENTS.join(',')]);
    await expect.poll(() => statuses(scene)).toEqual(['busy']);
  });

  it('that is lost, late or doubled by a fault is so, of calls of this number only', async () => {
    const scene = await there({ phone: { rejectsAfterMs: 0 } });
    const { control } = scene.simulator;
    control.fault({ on: 'status ringing', kind: 'lose-answer', caller: TO });
    control.fault({ on: 'status initiated', kind: 'twice', caller: TO });
    control.fault({ on: 'status busy', kind: 'lose-answer', caller: OTHER });
    await called(scene, '<Response/>');
    await expect.poll(() => statuses(scene)).toHaveLength(3);
    expect(statuses(scene)).toEqual(expect.arrayContaining(['busy', 'initiated']));
    expect(statuses(scene)).not.toContain('ringing');
    expect(control.faults().map(({ fired }) => fired)).toEqual([1, 1, 0]);
  });
});

describe('a script', () => {
  it('goes on where a key is pressed, and otherwise with what comes next', async () => {
    const scene = await there({ phone: { answersAfterMs: 0 }, speed: 20 });
    const gather = `<Gather numDigits="1" timeout="10" action="${scene.door}/go?on=1"/>`;
    const silent = await called(scene, `<Response>${gather}<Hangup/></Response>`, ['completed']);
    await expect.poll(() => statuses(scene)).toEqual(['completed']);
    expect(scene.told[0]?.members.CallSid).toBe(silent);
    scene.simulator.control.script({
      number: TO,
      phone: { answersAfterMs: 0, pressesKeyAfterMs: 0 },
    });
    await called(scene, `<Response>${gather}</Response>`, ['completed']);
    await expect.poll(() => scene.told.map(({ url }) => url)).toContain(`${scene.door}/go?on=1`);
    const asked = scene.told.find(({ url }) => url.includes('/go'));
    expect(asked?.members).toMatchObject({ Digits: '1', CallStatus: 'in-progress' });
    expect(
      twilio.validateRequest(TWILIO.authToken, asked?.signature ?? '', asked?.url ?? '', {
        ...asked?.members,
      }),
    ).toBe(true);
  });

  it('that cannot be had ends the call', async () => {
    const scene = await there({ phone: { answersAfterMs: 0 } });
    scene.simulator.control.fault({ on: 'go', kind: 'lose-answer' });
    await called(scene, `<Response><Redirect>${scene.door}/go</Redirect></Response>`, [
      'completed',
    ]);
    await expect.poll(() => statuses(scene)).toEqual(['completed']);
    expect(scene.told.map(({ url }) => url)).not.toContain(`${scene.door}/go`);
  });

  it('dials a second call, which ends with the first, and joins them when it is answered', async () => {
    const scene = await there({ phone: {} });
    const { control } = scene.simulator;
    const number = `<Number statusCallback="${scene.door}/second" statusCallbackEvent="${EVENTS.join(' ')}">${OTHER}</Number>`;
    const sid = await called(
      scene,
      `<Response><Dial callerId="${TWILIO.number}" timeout="30">${number}</Dial></Response>`,
    );
    await expect.poll(() => control.act({ sid, does: 'answer' })).toBe(true);
    const second = () => control.ledger().calls.find(({ request }) => request.to === OTHER);
    await expect.poll(() => second()?.status).toBe('ringing');
    expect(control.act({ sid: second()?.sid ?? '', does: 'answer' })).toBe(true);
    expect(control.act({ sid, does: 'hangUp' })).toBe(true);
    await expect.poll(() => second()?.status).toBe('completed');
    const ofSecond = () => scene.told.filter(({ url }) => url.endsWith('/second'));
    await expect.poll(() => ofSecond().map(({ members }) => members.CallStatus)).toHaveLength(4);
    for (const { members } of ofSecond()) {
      expect(members).toMatchObject({ ParentCallSid: sid, Direction: 'outbound-dial', To: OTHER });
    }
  });
});
