import type { ProviderReport } from '../../../src/call/events.js';
import {
  createDialPlan,
  type DialPlanSettings,
} from '../../../src/providers/phone-numbers/dial-plan.js';
import { createPhoneNumbers } from '../../../src/providers/phone-numbers/phone-numbers.js';
import { createYuntongxunPushes } from '../../../src/providers/yuntongxun/pushes.js';
import type { Dependencies } from '../../../src/service/dependencies.js';
import { createHearPush } from '../../../src/service/phone/hear-push.js';
import type { PhoneDependencies } from '../../../src/service/phone/phone-dependencies.js';
import { createPhoneService } from '../../../src/service/phone/phone-service.js';
import { startTestApi, type TestApi, type TestApiOptions } from '../../support/test-api.js';
import { userToken } from '../../support/tokens.js';

export const PUSH_SECRET = 'a-secret-end-of-a-path';
export const HOTLINE = '010-56469588';

export interface PhoneApiOptions {
  readonly plan?: Partial<DialPlanSettings>;
  readonly phone?: Partial<PhoneDependencies['phone']>;
  readonly deps?: Partial<Dependencies>;
  readonly app?: TestApiOptions['app'];
}

export interface PhoneApi extends TestApi {
  /** What the provider says of the next call when it is asked for it; placed unless told otherwise. */
  answer: (providerCallId: string) => ProviderReport | undefined;
  /** Another app over the same store and engine, with everything as it was in the beginning. */
  as(options: PhoneApiOptions): Promise<PhoneApi>;
}

export const providerIdOf = (callId: number): string => `ytx-${callId}`;

/** What an app answers the phone API with, for these options. */
const phoneOf =
  ({ plan, phone }: PhoneApiOptions): NonNullable<TestApiOptions['phone']> =>
  (known) => {
    const { region, read } = createPhoneNumbers('CN');
    const phoneDeps: PhoneDependencies = {
      ...known,
      dialPlan: createDialPlan({
        directory: known.directory,
        destinations: { region, prefixes: [] },
        hotline: { written: HOTLINE, number: read(HOTLINE) ?? '' },
        showsHotline: true,
        makesSubAccounts: true,
        ...plan,
      }),
      phone: {
        limits: { perUser: 100, perTenant: 1_000 },
        ringTimeoutMs: 120_000,
        maxDurationMs: 3_600_000,
        polls: false,
        ...phone,
      },
      filler: () => 'abcdefghijklmno',
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    };
    return {
      service: createPhoneService(phoneDeps),
      pushes: createYuntongxunPushes({ secret: PUSH_SECRET }),
      hear: createHearPush(known),
    };
  };

const apiOptions = (options: PhoneApiOptions): TestApiOptions => ({
  ...(options.deps !== undefined && { deps: options.deps }),
  ...(options.app !== undefined && { app: options.app }),
  phone: phoneOf(options),
});

/** The phone API over the embedded store and an engine in memory, whose provider a test plays. */
export async function startPhoneApi(): Promise<PhoneApi> {
  const api = await startTestApi(apiOptions({}));
  const placeIt: PhoneApi['answer'] = (providerCallId) => ({ type: 'placed', providerCallId });
  let answer = placeIt;
  api.engine.onPlace = ({ state }) => answer(providerIdOf(state.callId));
  const withProvider = (one: TestApi): PhoneApi => ({
    ...one,
    get answer() {
      return answer;
    },
    set answer(next) {
      answer = next;
    },
    async as(options) {
      answer = placeIt;
      api.engine.mood = 'well';
      await api.store.phoneReservations.dialling.set(true);
      return withProvider(await api.alongside(apiOptions(options)));
    },
  });
  return withProvider(api);
}

export interface PhoneAnswer {
  readonly returnCode: number;
  readonly returnMsg: string;
  readonly data?: { readonly callSid?: string; readonly stateType?: string; isSuccess?: string };
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: PhoneAnswer;
}

/** As an app asks that was built to the document. */
export async function get(
  { url }: Pick<TestApi, 'url'>,
  path: string,
  userId: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const query = userId === undefined ? '' : `?access_token=${await userToken(userId)}`;
  const answer = await fetch(`${url}/v1/app/${path}${query}`, { headers });
  const body = (await answer.json()) as PhoneAnswer;
  return { status: answer.status, headers: answer.headers, body };
}

let lastNumber = 0;
/** A mobile number of China that no other user of these tests has. */
export const freshNumber = (): string => {
  lastNumber += 1;
  return `+86138${String(lastNumber).padStart(8, '0')}`;
};
let lastUser = 500_000;
export const freshUser = (): string => String(++lastUser);

/** A user with a phone of their own. */
export async function reachable({ store }: TestApi, phone = freshNumber()): Promise<string> {
  const userId = freshUser();
  await store.directory.put({ userId, phone });
  return userId;
}
