import type { Request, Response } from 'express';
import { callInfoView } from '../../contract/tencent-view.js';
import type { CallbackTargets } from '../../ports/callback-targets.js';
import type { RobotCallHistory } from '../../ports/recorded-robot-calls.js';
import type { TencentGate } from '../../ports/tencent-gate.js';
import type { RobotCallService } from '../../service/robot-call-service.js';
import type { RobotCallStarted } from '../../service/start-robot-call.js';
import { FACADE_CODES, REPEAT, sendOk, TencentFailure } from './envelope.js';
import { fingerprintOf, parseBody } from './read-command.js';

export interface Facade {
  readonly service: RobotCallService;
  readonly gate: TencentGate;
  readonly appId: string;
  readonly history: RobotCallHistory;
  /** Absent where no callbacks come to us. */
  readonly callbackTargets?: CallbackTargets;
}

/** Answers, or says that the command is not about a call of ours. */
export type Command = (facade: Facade, req: Request, res: Response) => Promise<'not-ours' | void>;

export const COMMANDS: Readonly<Record<string, Command>> = {
  async start_call_by_robot({ service, gate }, req, res) {
    const start = gate.readStart(parseBody(req));
    if (start.kind === 'invalid') throw invalid(start.field, start.message);
    const { plan, roomIsOurs } = start;
    const fingerprint = fingerprintOf(req);
    sendOk(res, startedView(await service.start({ plan, roomIsOurs, fingerprint })));
  },

  async get_call_info({ service }, req, res) {
    const callId = callIdIn(req);
    const state = await service.read(callId);
    if (state === 'unknown') return 'not-ours';
    if (state === 'over') throw over();
    if (state === 'again') throw tryAgain();
    sendOk(res, callInfoView(callId, state));
  },

  async end_call({ service }, req, res) {
    switch (await service.end(callIdIn(req))) {
      case 'unknown':
        return 'not-ours';
      case 'over':
        throw over();
      case 'again':
        throw tryAgain();
      case 'ended':
        sendOk(res);
    }
  },
};

function startedView(started: RobotCallStarted): object {
  switch (started.kind) {
    case 'placed':
      return {
        CallId: started.providerCallId,
        CallResult: started.results.map(({ userId, code }) => ({
          Callee_Account: userId,
          ResultCode: code,
        })),
      };
    case 'refused':
      throw new TencentFailure(started.code, started.info);
    case 'forbidden':
      throw invalid('CalleeList_Account', 'calling is not permitted');
    case 'unavailable':
      throw new TencentFailure(FACADE_CODES.away, `nothing was sent, ${REPEAT}`);
    case 'unknown':
      throw new TencentFailure(FACADE_CODES.unknown, `the outcome is not known yet, ${REPEAT}`);
  }
}

const invalid = (field: string, message: string) =>
  new TencentFailure(FACADE_CODES.invalid, `${field} ${message}`);

const over = () =>
  new TencentFailure(FACADE_CODES.over, 'the call does not exist, or it has ended');

const tryAgain = () => new TencentFailure(FACADE_CODES.tryAgain, 'internal error, please retry');

function callIdIn(req: Request): string {
  const body = parseBody(req);
  const callId = typeof body === 'object' && body !== null && 'CallId' in body && body.CallId;
  if (typeof callId === 'string' && callId !== '') return callId;
  throw invalid('CallId', 'must be a non-empty string');
}
