import type { Request } from 'express';
import type { CallbackTarget, CallbackTargets } from '../../ports/callback-targets.js';
import type { Command } from './commands.js';
import { sendOk, TencentFailure } from './envelope.js';
import { parseBody } from './read-command.js';

const CODES = { invalid: 100002, notConfigured: 100301 } as const;
const MOST_COMMANDS = 20;

/**
 * The callback URL of an application stays its backend's although Tencent's callbacks come to us:
 * what is set here is where they are carried on to.
 */
export const configCommands = (
  targets: CallbackTargets,
  appId: string,
): Readonly<Record<string, Command>> => ({
  async set_callback(_facade, req, res) {
    await targets.set(appId, targetIn(req));
    sendOk(res);
  },

  async get_callback(_facade, _req, res) {
    const target = await targets.read(appId);
    if (target === undefined) {
      throw new TencentFailure(CODES.notConfigured, 'no callback is configured');
    }
    sendOk(res, { Url: target.url, CallbackCommandList: target.commands });
  },

  async delete_callback(_facade, _req, res) {
    await targets.clear(appId);
    sendOk(res);
  },
});

/** @throws TencentFailure 100002 that names the member. */
function targetIn(req: Request): CallbackTarget {
  const body = parseBody(req);
  const members = typeof body === 'object' && body !== null ? body : {};
  const url = 'Url' in members ? members.Url : undefined;
  const commands = 'CallbackCommandList' in members ? members.CallbackCommandList : undefined;
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw invalid('Url', 'must be an http or https URL');
  }
  if (!isCommandList(commands)) {
    throw invalid('CallbackCommandList', 'must be a list of callback commands');
  }
  return { url, commands };
}

const isCommandList = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length <= MOST_COMMANDS &&
  value.every((each) => typeof each === 'string' && /^Call\.\w{1,64}$/.test(each));

const invalid = (field: string, message: string) =>
  new TencentFailure(CODES.invalid, `${field} ${message}`);
