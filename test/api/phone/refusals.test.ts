import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdmissionAnswer } from '../../../src/ports/admission.js';
import type { DialPlanSettings } from '../../../src/providers/phone-numbers/dial-plan.js';
import { send } from '../../support/api-client.js';
import {
  freshNumber,
  freshUser,
  get,
  HOTLINE,
  type PhoneApi,
  type PhoneApiOptions,
  reachable,
  startPhoneApi,
} from './fixtures.js';

let api: PhoneApi;
beforeAll(async () => {
  api = await startPhoneApi();
});
afterAll(() => api.stop());
const start = (options: PhoneApiOptions = {}): Promise<PhoneApi> => api.as(options);

const PARAMETERS = { returnCode: 400, returnMsg: '呼叫请求的参数有误,请联系管理员!' };
const SYSTEM = { returnCode: 500, returnMsg: '系统内部异常!' };
const NO_PHONE = { returnCode: 400, returnMsg: `用户未绑定手机号,请手动拨打${HOTLINE}!` };
const NO_HOTLINE = { returnCode: 400, returnMsg: '客服电话不存在,请联系管理员!' };
const NO_ACCOUNT = { returnCode: 400, returnMsg: '无通讯子账户,请联系管理员!' };
const NO_USER = { returnCode: 400, returnMsg: '用户信息有误!' };

/** The table of the document, in its order: each row fails in that row and in every later one. */
interface Row {
  readonly word: string;
  readonly answer: object;
  readonly options?: PhoneApiOptions;
  /** What has to be asked, by whom. */
  readonly ask: (there: PhoneApi) => Promise<readonly [path: string, userId: string | undefined]>;
}

const bare = async ({ store }: PhoneApi, subAccount = true): Promise<string> => {
  const userId = freshUser();
  const account = { sid: 's', token: 't' };
  await store.directory.put({ userId, phone: null, ...(subAccount && { subAccount: account }) });
  return userId;
};
const answers = (answer: AdmissionAnswer): PhoneApiOptions => ({
  deps: { admission: { ask: async () => answer } },
});
const noHotline: Partial<DialPlanSettings> = {
  showsHotline: true,
  ...{ hotline: undefined as never },
};
const refusedBy = (there: PhoneApi, reason: string) => {
  there.answer = () => ({ type: 'refused', code: 1, info: reason, reason });
};

const ROWS: readonly Row[] = [
  {
    word: 'no_user',
    answer: NO_USER,
    ask: async () => ['call/x', undefined],
  },
  {
    word: 'bad_target',
    answer: PARAMETERS,
    options: { plan: noHotline },
    ask: async (there) => ['call/12a', await bare(there)],
  },
  {
    word: 'bad_target',
    answer: PARAMETERS,
    ask: async (there) => ['call/9223372036854775808', await bare(there)],
  },
  {
    word: 'bad_target',
    answer: PARAMETERS,
    options: { plan: noHotline },
    ask: async (there) => {
      const caller = await bare(there);
      return [`call/00${caller}`, caller];
    },
  },
  ...['call/%zz', 'call/%ff', 'call/%'].flatMap((path): Row[] => [
    { word: 'no_user', answer: NO_USER, ask: async () => [path, undefined] },
    { word: 'bad_target', answer: PARAMETERS, ask: async (there) => [path, await bare(there)] },
  ]),
  {
    word: 'no_phone',
    answer: { returnCode: 400, returnMsg: '用户未绑定手机号,请手动拨打!' },
    options: { plan: { ...noHotline, makesSubAccounts: false } },
    ask: async (there) => [`call/${freshUser()}`, await bare(there, false)],
  },
  {
    word: 'no_phone',
    answer: NO_PHONE,
    options: { plan: { makesSubAccounts: false } },
    ask: async (there) => [`call/${await bare(there)}`, await reachable(there)],
  },
  {
    word: 'no_hotline',
    answer: NO_HOTLINE,
    options: { plan: { ...noHotline, makesSubAccounts: false } },
    ask: async (there) => [`call/${freshUser()}`, await reachable(there)],
  },
  {
    word: 'no_hotline',
    answer: NO_HOTLINE,
    options: { plan: { ...noHotline, showsHotline: false } },
    ask: async (there) => ['callService', await reachable(there)],
  },
  {
    word: 'no_sub_account',
    answer: NO_ACCOUNT,
    options: { plan: { makesSubAccounts: false } },
    ask: async (there) => [`call/${freshUser()}`, await reachable(there)],
  },
  {
    word: 'no_sub_account',
    answer: NO_ACCOUNT,
    ask: async (there) => {
      refusedBy(there, 'no_sub_account');
      return [`call/${await reachable(there)}`, await reachable(there)];
    },
  },
  {
    word: 'unknown_target',
    answer: PARAMETERS,
    ask: async (there) => [`call/${freshUser()}`, await reachable(there)],
  },
  {
    word: 'unknown_target',
    answer: PARAMETERS,
    ask: async (there) => ['call/-5', await reachable(there)],
  },
  {
    word: 'same_number',
    answer: PARAMETERS,
    ask: async (there) => {
      const phone = freshNumber();
      return [`call/${await reachable(there, phone)}`, await reachable(there, phone)];
    },
  },
  {
    word: 'destination',
    answer: PARAMETERS,
    ask: async (there) => [
      `call/${await reachable(there, '+14155552671')}`,
      await reachable(there),
    ],
  },
  {
    word: 'destination',
    answer: PARAMETERS,
    options: { plan: { destinations: { region: 'CN', prefixes: ['+86', '+870'] } } },
    ask: async (there) => [
      `call/${await reachable(there, '+870773111632')}`,
      await reachable(there),
    ],
  },
  {
    word: 'emergency_number',
    answer: PARAMETERS,
    ask: async (there) => [`call/${await reachable(there, '+86110')}`, await reachable(there)],
  },
  {
    word: 'switched_off',
    answer: PARAMETERS,
    ask: async (there) => {
      await there.store.phoneReservations.dialling.set(false);
      return [`call/${await reachable(there)}`, await reachable(there)];
    },
  },
  {
    word: 'permission',
    answer: PARAMETERS,
    options: answers('refused'),
    ask: async (there) => [`call/${await reachable(there)}`, await reachable(there)],
  },
  {
    word: 'caller_in_call',
    answer: PARAMETERS,
    ask: async (there) => {
      const caller = await reachable(there);
      await get(there, `call/${await reachable(there)}`, caller);
      return [`call/${await reachable(there)}`, caller];
    },
  },
  {
    word: 'callee_in_call',
    answer: PARAMETERS,
    ask: async (there) => {
      const callee = await reachable(there);
      await get(there, `call/${callee}`, await reachable(there));
      return [`call/${callee}`, await reachable(there)];
    },
  },
  {
    word: 'user_limit',
    answer: PARAMETERS,
    options: { phone: { limits: { perUser: 0, perTenant: 10 } } },
    ask: async (there) => [`call/${await reachable(there)}`, await reachable(there)],
  },
  {
    word: 'tenant_limit',
    answer: PARAMETERS,
    options: { phone: { limits: { perUser: 10, perTenant: 0 } } },
    ask: async (there) => [`call/${await reachable(there)}`, await reachable(there)],
  },
  {
    word: 'numbers',
    answer: PARAMETERS,
    ask: async (there) => {
      refusedBy(there, 'numbers');
      return [`call/${await reachable(there)}`, await reachable(there)];
    },
  },
  ...['account', 'throttled', 'not_sent'].map(
    (word): Row => ({
      word,
      answer: SYSTEM,
      ask: async (there) => {
        refusedBy(there, word);
        return [`call/${await reachable(there)}`, await reachable(there)];
      },
    }),
  ),
  {
    word: 'away',
    answer: SYSTEM,
    options: answers('unavailable'),
    ask: async (there) => [`call/${await reachable(there)}`, await reachable(there)],
  },
  {
    word: 'away',
    answer: SYSTEM,
    ask: async (there) => {
      there.engine.mood = 'unavailable';
      return [`call/${await reachable(there)}`, await reachable(there)];
    },
  },
];

describe('a call that is not placed', () => {
  it.each(ROWS.map((row, nth) => ({ nth, ...row })))(
    'is answered as documented: $nth, $word',
    async ({ word, answer, options, ask }) => {
      const there = await start(options);
      const [path, userId] = await ask(there);
      const before = there.engine.carriedOut.length;
      const { status, headers, body } = await get(there, path, userId);
      expect(body).toStrictEqual(answer);
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      // Our own word for it is in the log, and the metrics count by it.
      await expect.poll(() => there.log()).toContain(`"code":"${word}"`);
      const operation = path === 'callService' ? 'phone:callService' : 'phone:call';
      const { text } = await send(`${there.url}/metrics`);
      expect(text).toContain(`_count{operation="${operation}",code="${word}"} 1\n`);
      const asked = there.engine.carriedOut.slice(before).length;
      const reached = ['numbers', 'account', 'throttled', 'not_sent', 'no_sub_account'];
      if (!reached.includes(word)) expect(asked).toBe(0);
    },
  );

  it('is answered so with any token that is not a user’s', async () => {
    const there = await start();
    for (const query of [
      '',
      '?access_token=',
      '?access_token=x',
      '?access_token=a&access_token=b',
    ]) {
      for (const path of ['call/1', 'callService', 'callCancel/1', 'callState/1']) {
        const answer = await fetch(`${there.url}/v1/app/${path}${query}`);
        expect(await answer.json()).toStrictEqual(NO_USER);
      }
    }
  });
});

describe('somebody who asks too often', () => {
  const NOT_CANCELLED = { returnCode: 400, returnMsg: '取消呼叫失败!' };

  it.each([
    ['call/20002', PARAMETERS],
    ['call/%zz', PARAMETERS],
    ['callService', PARAMETERS],
    ['callCancel/1', NOT_CANCELLED],
    ['callState/1', SYSTEM],
  ])('is answered in the words of the document: %s', async (path, answer) => {
    const there = await start({ app: { rateLimitPerSecond: 0 } });
    const { status, headers, body } = await get(there, path, await reachable(there));
    expect(body).toStrictEqual(answer);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    await expect.poll(() => there.log()).toContain('"code":"too_many_requests"');
    expect((await get(there, path, undefined)).body).toStrictEqual(NO_USER);
  });
});
