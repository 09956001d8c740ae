import { createHash } from 'node:crypto';
import type { Fault } from '../../../src/simulators/fault-rules.js';
import type { FaultKind } from '../../../src/simulators/yuntongxun/faults.js';
import type { Phone } from '../../../src/simulators/yuntongxun/phones.js';
import type { YuntongxunSimulatorSettings } from '../../../src/simulators/yuntongxun/settings.js';
import type { YuntongxunSimulator } from '../../../src/simulators/yuntongxun/simulator.js';
import { ACCOUNT, APP_ID, yuntongxun } from '../../support/yuntongxun.js';

interface Credentials {
  readonly sid: string;
  readonly token: string;
}

export interface There {
  readonly simulator: YuntongxunSimulator;
  readonly account: Credentials;
}

interface Change {
  readonly level?: string;
  readonly by?: Credentials;
  readonly sid?: string;
  readonly path?: string;
  readonly stamp?: string;
  readonly sig?: string;
  readonly authorization?: string;
  readonly body?: object;
}

const BEIJING_MS = 8 * 3_600_000;
const now = () => new Date(Date.now() + BEIJING_MS).toISOString().replace(/\D/g, '').slice(0, 14);

const CALL = { appId: APP_ID, from: '13800138000', to: '13900139000', userData: 'our token' };

/** A request signed as the documents say, but for what is changed. */
export async function post(
  { simulator, account }: There,
  change: Change = {},
): Promise<Record<string, unknown>> {
  const { level = 'SubAccounts', by = account, path = 'Calls/Callback', stamp = now() } = change;
  const sid = change.sid ?? by.sid;
  const sig = createHash('md5')
    .update(by.sid + by.token + stamp)
    .digest('hex')
    .toUpperCase();
  const authorization =
    change.authorization === 'sid-stamp-broken'
      ? Buffer.from(`${sid}:now`).toString('base64')
      : (change.authorization ?? Buffer.from(`${sid}:${stamp}`).toString('base64'));
  const query = new URLSearchParams({ sig: change.sig ?? sig }).toString();
  const answer = await fetch(`${simulator.url}/2013-12-26/${level}/${sid}/${path}?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json;charset=utf-8', authorization },
    body: JSON.stringify({ ...CALL, ...change.body }),
  });
  return (await answer.json()) as Record<string, unknown>;
}

export interface Placing extends Partial<YuntongxunSimulatorSettings> {
  /** Of caller and callee. */
  readonly script?: readonly [Phone, Phone];
  readonly faults?: readonly Fault<FaultKind>[];
  readonly body?: object;
}

/** A provider with one sub-account, which has placed one call. */
export async function placedBy(placing: Placing): Promise<There> {
  const { script, faults = [], body = {}, ...settings } = placing;
  const simulator = await yuntongxun(settings);
  for (const fault of faults) simulator.control.fault(fault);
  for (const [index, phone] of (script ?? []).entries()) {
    simulator.control.script({ number: index === 0 ? CALL.from : CALL.to, phone });
  }
  const main = { simulator, account: ACCOUNT };
  const made = await post(main, {
    level: 'Accounts',
    path: 'SubAccounts',
    body: { friendlyName: 'tests' },
  });
  const { subAccountSid, subToken } = made.SubAccount as Record<string, string>;
  const there = { simulator, account: { sid: subAccountSid ?? '', token: subToken ?? '' } };
  const placed = await post(there, { body });
  if (placed.statusCode !== '000000') throw new Error(JSON.stringify(placed));
  return there;
}
