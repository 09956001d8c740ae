import type { DataOf } from '../contract/routes.js';
import type { CallService } from '../service/call-service.js';
import type { ShownUser } from '../service/phone/user-directory.js';
import type { Answer, ApiCall } from './api-call.js';

const MOST_USERS = 100;

const view = ({ userId, phone, subAccountSid }: ShownUser): DataOf<'getUser'> => ({
  user_id: userId,
  phone,
  sub_account_sid: subAccountSid,
});

export async function putUser(
  { users }: CallService,
  { params, body }: ApiCall<'putUser'>,
): Promise<Answer<'putUser'>> {
  const { phone, sub_account: subAccount } = body;
  const user = { userId: params.userId, phone };
  const put = subAccount === undefined ? user : { ...user, subAccount };
  return { data: view(await users.put(put)) };
}

export async function getUser(
  { users }: CallService,
  { params }: ApiCall<'getUser'>,
): Promise<Answer<'getUser'>> {
  return { data: view(await users.get(params.userId)) };
}

export async function removeUser(
  { users }: CallService,
  { params }: ApiCall<'removeUser'>,
): Promise<Answer<'removeUser'>> {
  await users.remove(params.userId);
  return { data: { user_id: params.userId } };
}

export async function listUsers(
  { users }: CallService,
  { query }: ApiCall<'listUsers'>,
): Promise<Answer<'listUsers'>> {
  const limit = Number(query.limit ?? MOST_USERS);
  const found = await users.list(query.after, limit + 1);
  const page = found.slice(0, limit);
  const next = found.length > limit ? (page.at(-1)?.userId ?? null) : null;
  return { data: { users: page.map(view), next } };
}

export async function getDialling({ dialling }: CallService): Promise<Answer<'getDialling'>> {
  return { data: { allowed: await dialling.isOn() } };
}

export async function setDialling(
  { dialling }: CallService,
  { body }: ApiCall<'setDialling'>,
): Promise<Answer<'setDialling'>> {
  await dialling.set(body.allowed);
  return { data: { allowed: body.allowed } };
}
