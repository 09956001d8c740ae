import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseWireJson, writeWireJson } from '../../src/contract/wire-json.js';
import { sendAs } from '../support/api-client.js';
import { aPlan } from '../support/robot-backend.js';
import { runs } from '../support/runs.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { serviceToken } from '../support/tokens.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const CALLER = '9223372036854775807';
const CALLEE = '9007199254740993';

describe('ids above 2^53', () => {
  it('survive a create, an accept and a read digit by digit', async () => {
    const body =
      `{"conversation_id":1234567890123456789,"target_user_id":${CALLEE},` +
      '"call_type":"audio","biz_type":"single","terminal_id":"t"}';
    const created = await sendAs(api.url, CALLER, 'createCall', { body });
    const callId = Number(created.data?.call_id);
    expect(created.text).toContain('"conversation_id":1234567890123456789,');
    expect(created.text).toContain(`"channel_name":"call_${callId}_1234567890123456789"`);
    expect(created.text).toContain(`"caller_uid":"${CALLER}"`);
    const accepted = await sendAs(api.url, CALLEE, 'acceptCall', {
      callId,
      body: { terminal_id: 'u' },
    });
    expect(accepted.text).toContain(`"callee_uid":"${CALLEE}"`);
    const read = await sendAs(api.url, CALLER, 'getCallState', { callId });
    expect(read.text).toContain('"conversation_id":1234567890123456789,');
    expect(read.text).toContain(`"caller_user_id":${CALLER},"callee_user_id":${CALLEE},`);
  });

  it('are distinct users even where a rounded number would be the same', async () => {
    const create = (target: string, caller: string) =>
      sendAs(api.url, caller, 'createCall', {
        body:
          `{"conversation_id":1,"target_user_id":${target},` +
          '"call_type":"audio","biz_type":"single","terminal_id":"t"}',
      });
    expect((await create('9007199254740995', '11')).code).toBe(0);
    expect((await create('9007199254740996', '12')).code).toBe(0);
    expect((await create('9007199254740995', '13')).code).toBe(41003);
  });
});

describe('accounts of a provider', () => {
  it.each([
    ['robot', 'jack', '"robot"', '"jack"'],
    ['10001', CALLER, '10001', CALLER],
    ['0010001', '9223372036854775808', '"0010001"', '"9223372036854775808"'],
    ['0x10', '-5', '"0x10"', '"-5"'],
  ])('%s and %s are read as %s and %s', async (robot, callee, callerShown, calleeShown) => {
    const plan = aPlan({ robot, callees: [callee] });
    await api.robotCalls.start({ plan, roomIsOurs: true, fingerprint: robot });
    const callId = Number(api.engine.carriedOut.at(-1)?.split(' ')[1]);
    const token = await serviceToken();
    for (const route of ['getCallState', 'getCall'] as const) {
      const { code, text } = await sendAs(api.url, '', route, { callId, token });
      expect(code).toBe(0);
      expect(text).toContain(`"caller_user_id":${callerShown},"callee_user_id":${calleeShown},`);
      expect(text).toContain(`"caller_uid":"${robot}","callee_uid":"${callee}"`);
    }
  });
});

describe('JSON of the wire', () => {
  it('keeps every integer of 64 bits, every string and every finite number', () => {
    const value = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(true, false, null),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), value), (members) => {
        const read = parseWireJson(writeWireJson(members)) as Record<string, unknown>;
        expect(Object.keys(read)).toStrictEqual(Object.keys(members));
        for (const [name, member] of Object.entries(members)) {
          const expected =
            typeof member === 'bigint' && Number.isSafeInteger(Number(member))
              ? Number(member)
              : member;
          // -0 is written as 0, as JSON.stringify does.
          expect(Object.is(expected, -0) ? 0 : expected).toStrictEqual(
            unroundedOf(read[name], expected),
          );
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it.each(['9007199254740993', '-9007199254740993', '9223372036854775807'])(
    'reads %s exactly',
    (digits) => {
      expect(parseWireJson(digits)).toBe(BigInt(digits));
    },
  );

  it.each([
    ['9007199254740991', 9007199254740991],
    ['1.0', 1],
    ['1e3', 1000],
    ['1e400', Number.POSITIVE_INFINITY],
  ])('reads %s as a number', (text, value) => {
    expect(parseWireJson(text)).toBe(value);
  });
});

/** A double that happens to be an integer above 2^53 is read as that integer. */
const unroundedOf = (read: unknown, expected: unknown): unknown =>
  typeof expected === 'number' && typeof read === 'bigint' ? Number(read) : read;
