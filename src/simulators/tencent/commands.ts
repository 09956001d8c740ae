import { type Answer, fail, ok, printedAccount } from './answers.js';
import { CALLBACK_COMMANDS, type CallbackSender } from './callbacks.js';
import { callRecord, filtered } from './records.js';
import type { Behaviour } from './settings.js';
import { readStart } from './start-request.js';
import type { Switchboard } from './switchboard.js';
import { userList } from './user-list.js';

type Body = Record<string, unknown>;
export type Commands = ReadonlyMap<string, (body: Body) => Answer>;

const isCallId = (value: unknown) => typeof value === 'string' && value !== '';

interface Parts {
  readonly behaviour: Behaviour;
  readonly switchboard: Switchboard;
  readonly callbacks: CallbackSender;
}

function engine({ behaviour, switchboard }: Parts) {
  const live = (callId: unknown) => {
    const call = switchboard.find(callId);
    return call?.endedAt === undefined ? call : undefined;
  };
  return {
    start_call_by_robot(body: Body): Answer {
      const request = readStart(body);
      if (typeof request === 'string') return fail(101002, `${request} is wrong`);
      const { id } = switchboard.start(request);
      const { startAnswer, accounts } = behaviour.shapes;
      if (startAnswer === 'without-call-id') return ok();
      const CallResult = request.callees.map((callee) => ({
        Callee_Account: printedAccount(callee, accounts),
        ResultCode: 0,
      }));
      return ok({ CallId: id, CallResult });
    },
    get_call_info({ CallId }: Body): Answer {
      if (!isCallId(CallId)) return fail(101002, 'CallId is wrong');
      const call = live(CallId);
      if (call === undefined) return fail(101004);
      const { mediaType: MediaType, roomId: RoomId, roomIdType: RoomIdType } = call.request;
      return ok({
        CallInfo: { CallId, MediaType, ChatGroupId: '', RoomId, RoomIdType },
        UserList: userList(call.members, behaviour.shapes),
      });
    },
    end_call({ CallId }: Body): Answer {
      if (!isCallId(CallId)) return fail(101002, 'CallId is wrong');
      const call = live(CallId);
      if (call === undefined) return fail(101004);
      call.endByServer();
      return ok();
    },
  };
}

function records({ behaviour, switchboard }: Parts) {
  return {
    get_record_by_callid({ CallId }: Body): Answer {
      const call = switchboard.recorded().find(({ id }) => id === CallId);
      if (call === undefined) return fail(101050);
      return ok({ CallRecord: callRecord(call, behaviour.shapes) });
    },
    get_record_by_filter: (filter: Body): Answer =>
      ok(filtered(switchboard.recorded(), filter, behaviour.shapes)),
  };
}

function config({ callbacks }: Parts) {
  return {
    set_callback({ Url, CallbackCommandList }: Body): Answer {
      if (typeof Url !== 'string' || !/^https?:\/\//.test(Url) || !URL.canParse(Url)) {
        return fail(100002, 'Url is wrong');
      }
      const known: readonly unknown[] = CALLBACK_COMMANDS;
      if (
        !Array.isArray(CallbackCommandList) ||
        !CallbackCommandList.every((c) => known.includes(c))
      ) {
        return fail(100002, 'CallbackCommandList is wrong');
      }
      callbacks.config = { Url, CallbackCommandList: CallbackCommandList as string[] };
      return ok();
    },
    get_callback: (): Answer => (callbacks.config ? ok(callbacks.config) : fail(100301)),
    delete_callback(): Answer {
      callbacks.config = undefined;
      return ok();
    },
  };
}

/** The eight commands by their path below `/v4/`. */
export function createCommands(parts: Parts): Commands {
  const services = {
    call_engine_http_srv: engine(parts),
    call_record_http_srv: records(parts),
    call_config: config(parts),
  };
  return new Map(
    Object.entries(services).flatMap(([service, commands]) =>
      Object.entries(commands).map(([name, command]) => [`${service}/${name}`, command] as const),
    ),
  );
}
