import type { CallState } from '../../../src/call/state.js';
import { callIdOfSid } from '../../../src/contract/call-sid.js';
import { get, type PhoneApi, PUSH_SECRET, providerIdOf, reachable } from './fixtures.js';

export interface Members {
  readonly [name: string]: string | Members;
}

const xml = (root: string, members: Members): string => {
  const inner = Object.entries(members).map(([name, value]) => {
    const text = typeof value === 'string' ? value : xml('', value);
    return `<${name}>${text}</${name}>`;
  });
  return root === '' ? inner.join('') : `<?xml version="1.0"?><${root}>${inner.join('')}</${root}>`;
};

interface Sent {
  readonly secret?: string;
  readonly format?: 'xml' | 'json';
  readonly body?: string;
}

/** As the provider posts it below the secret path. */
export async function push(there: PhoneApi, name: string, members: Members, sent: Sent = {}) {
  const { secret = PUSH_SECRET, format = 'xml' } = sent;
  const root = name === 'CDR' ? 'CDR' : 'request';
  const body = sent.body ?? (format === 'xml' ? xml(root, members) : JSON.stringify(members));
  const answer = await fetch(`${there.url}/webhooks/yuntongxun/${secret}/${name}`, {
    method: 'POST',
    headers: { 'content-type': `application/${format};charset=utf-8` },
    body,
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const said = (statuscode: string) => `<Response><statuscode>${statuscode}</statuscode></Response>`;
export const YES = said('000000');
export const NO = said('000001');

export interface Placed {
  readonly there: PhoneApi;
  readonly caller: string;
  readonly callSid: string;
  readonly callId: number;
  /** What the provider says of it in every push. */
  readonly known: { readonly callSid: string; readonly userData: string };
  now(): Promise<CallState | undefined>;
}

/** A call that the provider has acknowledged, unless it has said nothing. */
export async function placed(api: PhoneApi, isPlaced = true): Promise<Placed> {
  const there = await api.as({});
  if (!isPlaced) there.answer = () => undefined;
  const [caller, callee] = [await reachable(there), await reachable(there)];
  const callSid = (await get(there, `call/${callee}`, caller)).body.data?.callSid ?? '';
  const callId = callIdOfSid(callSid) ?? 0;
  const userData = (await there.engine.state(callId))?.token ?? '';
  const known = { callSid: providerIdOf(callId), userData };
  return { there, caller, callSid, callId, known, now: () => there.engine.state(callId) };
}

export const recorded = async ({ there, callId }: Placed): Promise<CallState | undefined> =>
  (await there.store.reader.find(callId))?.state;
