import type { Response } from 'express';
import type { PhoneRefusalWord } from '../../contract/phone-plan.js';
import { factsOf } from '../answer.js';

/** The documented failures, to the letter. */
export const PHONE_FAILURES = {
  user: [400, '用户信息有误!'],
  parameters: [400, '呼叫请求的参数有误,请联系管理员!'],
  noHotline: [400, '客服电话不存在,请联系管理员!'],
  noAccount: [400, '无通讯子账户,请联系管理员!'],
  cancel: [400, '取消呼叫失败!'],
  system: [500, '系统内部异常!'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;
export type PhoneFailure = keyof typeof PHONE_FAILURES | 'noPhone';

/** Whose fault it is, as far as the caller is told; our own word is for logs and metrics. */
export const FAILURE_OF: Readonly<Record<PhoneRefusalWord, PhoneFailure>> = {
  bad_target: 'parameters',
  no_phone: 'noPhone',
  no_hotline: 'noHotline',
  no_sub_account: 'noAccount',
  unknown_target: 'parameters',
  same_number: 'parameters',
  emergency_number: 'parameters',
  destination: 'parameters',
  permission: 'parameters',
  switched_off: 'parameters',
  caller_in_call: 'parameters',
  callee_in_call: 'parameters',
  user_limit: 'parameters',
  tenant_limit: 'parameters',
  prefetch: 'parameters',
  numbers: 'parameters',
  account: 'system',
  throttled: 'system',
  not_sent: 'system',
};

/**
 * What is answered to a user who asks too often. The document has no word for it: it is the one for
 * somebody who may not, as with the other guards, where a route has one. Of a state it knows no other
 * failure than that of the system, and the call is the user's all the same.
 */
export const WHEN_LIMITED = {
  call: 'parameters',
  callService: 'parameters',
  callCancel: 'cancel',
  callState: 'system',
} as const satisfies Readonly<Record<string, PhoneFailure>>;

export const noPhoneText = (hotline: string | undefined): string =>
  `用户未绑定手机号,请手动拨打${hotline ?? ''}!`;

/** HTTP is always well: the truth is in `returnCode`. */
const send = (res: Response, answer: object): void =>
  void res.status(200).set('Cache-Control', 'no-store').json(answer);

export function sendPhoneData(res: Response, data: object): void {
  factsOf(res).code = 0;
  send(res, { data, returnCode: 200, returnMsg: 'success' });
}

export interface Refusing {
  readonly failure: PhoneFailure;
  /** Our own word. */
  readonly word: string;
  readonly hotline?: string | undefined;
}

export function sendPhoneFailure(res: Response, { failure, word, hotline }: Refusing): void {
  factsOf(res).code = word;
  const [returnCode, returnMsg] =
    failure === 'noPhone' ? [400, noPhoneText(hotline)] : PHONE_FAILURES[failure];
  send(res, { returnCode, returnMsg });
}
