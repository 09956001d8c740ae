import { printedAccount } from './answers.js';
import type { Member } from './call.js';
import type { Shapes } from './settings.js';

/** `UserList`: those in the call, the robot among them, and those for whom it rings. */
export const userList = (members: readonly Member[], { accounts }: Shapes) =>
  members
    .filter(({ status }) => status !== undefined)
    .map(({ account, status }) => ({
      User_Account: printedAccount(account, accounts),
      Status: status,
    }));
