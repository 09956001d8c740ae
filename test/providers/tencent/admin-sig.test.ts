import { Api } from 'tls-sig-api-v2';
import { expect, it } from 'vitest';
import { issueUserSig } from '../../../src/providers/rtc-tokens/user-sig.js';
import { createAdminSig } from '../../../src/providers/tencent/admin-sig.js';
import { readUserSigByThePage } from '../rtc-tokens/page-checker.js';
import { SDK_APP_ID, SECRET_KEY } from './fixtures.js';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 6, 5, 10, 5, 10);

function held() {
  let now = START;
  const sig = createAdminSig({
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    identifier: 'administrator',
    issueUserSig,
    now: () => now,
  });
  return { sig, at: (ms: number) => (now = START + ms) };
}
const secondsOf = (userSig: string) => {
  const { fields, signatureHolds } = readUserSigByThePage(userSig, SECRET_KEY);
  expect(signatureHolds).toBe(true);
  return { from: Number(fields['TLS.time']), for: Number(fields['TLS.expire']) };
};

it("is the vendor library's own, to the character", () => {
  const { sig } = held();
  const realNow = Date.now;
  Date.now = () => START;
  const theirs = new Api(SDK_APP_ID, SECRET_KEY).genUserSig('administrator', 172_800);
  Date.now = realNow;
  expect(sig.current()).toBe(theirs);
});

it('stays the same for a day, and is renewed while it has another day to go', () => {
  const { sig, at } = held();
  const first = sig.current();
  at(DAY_MS - 1);
  expect(sig.current()).toBe(first);
  at(DAY_MS);
  const second = sig.current();
  expect(second).not.toBe(first);
  expect(secondsOf(first)).toEqual({ from: START / 1000, for: 172_800 });
  expect(secondsOf(second)).toEqual({ from: (START + DAY_MS) / 1000, for: 172_800 });
});

it('is signed anew when it was turned down, once for all who held it', () => {
  const { sig, at } = held();
  const first = sig.current();
  at(5_000);
  sig.discard(first);
  const second = sig.current();
  expect(second).not.toBe(first);
  at(10_000);
  sig.discard(first);
  expect(sig.current()).toBe(second);
});
