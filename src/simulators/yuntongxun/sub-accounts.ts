import { randomBytes } from 'node:crypto';

export interface SubAccount {
  readonly subAccountSid: string;
  readonly subToken: string;
  readonly friendlyName: string;
}

export interface SubAccounts {
  readonly all: readonly SubAccount[];
  /** `undefined` where the name is taken. */
  create(friendlyName: string): SubAccount | undefined;
  named(friendlyName: string): SubAccount | undefined;
  tokenOf(subAccountSid: string): string | undefined;
}

export function createSubAccounts(): SubAccounts {
  const all: SubAccount[] = [];
  const named = (name: string) => all.find(({ friendlyName }) => friendlyName === name);
  return {
    all,
    create(friendlyName) {
      if (named(friendlyName) !== undefined) return undefined;
      const made: SubAccount = {
        subAccountSid: randomBytes(16).toString('hex'),
        subToken: randomBytes(16).toString('hex'),
        friendlyName,
      };
      all.push(made);
      return made;
    },
    named,
    tokenOf: (sid) => all.find(({ subAccountSid }) => subAccountSid === sid)?.subToken,
  };
}
