import type { Call } from './call.js';
import { type Answer, failed } from './faults.js';
import type { Behaviour } from './settings.js';
import type { Switchboard } from './switchboard.js';

const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];

interface Parts {
  readonly behaviour: Behaviour;
  readonly switchboard: Switchboard;
}

const dateOf = (at: number | undefined) => (at === undefined ? null : new Date(at).toUTCString());

/** A call as the API shows it. */
const shown = (call: Call, accountSid: string): object => ({
  sid: call.sid,
  account_sid: accountSid,
  api_version: '2010-04-01',
  parent_call_sid: call.request.parentSid ?? null,
  to: call.request.to,
  from: call.request.from,
  status: call.status,
  direction: call.request.parentSid === undefined ? 'outbound-api' : 'outbound-dial',
  date_created: call.status === 'queued' ? null : dateOf(call.createdAt),
  date_updated: dateOf(call.endedAt ?? call.answeredAt ?? call.createdAt),
  start_time: dateOf(call.answeredAt),
  end_time: dateOf(call.endedAt),
  duration: call.isOver ? String(call.duration) : null,
  uri: `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}.json`,
});

export function createCall({ behaviour, switchboard }: Parts, form: URLSearchParams): Answer {
  const [to, from] = [form.get('To') ?? '', form.get('From') ?? ''];
  if (from !== behaviour.number) return failed(400, 21210, "'From' phone number not verified");
  // A list with commas is one event that does not exist, and only the end is told.
  const events = form.getAll('StatusCallbackEvent').filter((event) => EVENTS.includes(event));
  const call = switchboard.place(
    {
      to,
      caller: to,
      from,
      statusCallback: form.get('StatusCallback') ?? '',
      events: events.length === 0 ? ['completed'] : events,
      ringMs: Number(form.get('Timeout') ?? 60) * 1_000,
      limitMs: Number(form.get('TimeLimit') ?? 14_400) * 1_000,
    },
    form.get('Twiml') ?? '',
  );
  return { status: 201, body: shown(call, behaviour.accountSid) };
}

export function listCalls({ behaviour, switchboard }: Parts, query: URLSearchParams): Answer {
  const asked = (name: string) => query.get(name) ?? undefined;
  const [to, from, parent, status] = [
    asked('To'),
    asked('From'),
    asked('ParentCallSid'),
    asked('Status'),
  ];
  const found = switchboard.calls.filter(
    (call) =>
      (to === undefined || call.request.to === to) &&
      (from === undefined || call.request.from === from) &&
      (parent === undefined || call.request.parentSid === parent) &&
      (status === undefined || call.status === status),
  );
  const size = Number(asked('PageSize') ?? 50);
  const calls = found.toReversed().slice(0, size);
  const body = {
    calls: calls.map((call) => shown(call, behaviour.accountSid)),
    page: 0,
    page_size: size,
    next_page_uri: null,
  };
  return { status: 200, body };
}

export const showCall = ({ behaviour, switchboard }: Parts, sid: string): Answer => {
  const call = switchboard.find(sid);
  return call === undefined
    ? failed(404, 20404, 'The requested resource was not found')
    : { status: 200, body: shown(call, behaviour.accountSid) };
};

/** `canceled` acts on what waits or rings and leaves the rest alone; `completed` ends whatever lives. */
export function updateCall(parts: Parts, sid: string, form: URLSearchParams): Answer {
  const call = parts.switchboard.find(sid);
  if (call === undefined) return showCall(parts, sid);
  const status = form.get('Status');
  if (call.isOver) return failed(400, 21220, 'Call is not in-progress. Cannot redirect.');
  if (status === 'completed') call.end(call.status === 'in-progress' ? 'completed' : 'canceled');
  else if (call.status !== 'in-progress') call.end('canceled');
  return showCall(parts, sid);
}
