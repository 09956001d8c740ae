import type { DirectoryUser, PutUser } from '../../ports/directory.js';
import { CallError } from '../call-error.js';
import type { Dependencies } from '../dependencies.js';

type Provisioning = Pick<Dependencies, 'directory' | 'phoneNumbers'>;

/** What may be shown of a user. */
export interface ShownUser {
  readonly userId: string;
  readonly phone: string | null;
  readonly subAccountSid: string | null;
}

export interface UserDirectory {
  /** @throws CallError 40001 for what is no phone number, 41008 in a live phone call. */
  put(user: PutUser): Promise<ShownUser>;
  /** @throws CallError 40403 for nobody. */
  get(userId: string): Promise<ShownUser>;
  /** @throws CallError 41008 in a live phone call. */
  remove(userId: string): Promise<void>;
  list(afterId: string | undefined, limit: number): Promise<readonly ShownUser[]>;
}

export function createUserDirectory({ directory, phoneNumbers }: Provisioning): UserDirectory {
  const shown = ({ userId, phone, subAccount }: DirectoryUser): ShownUser => ({
    userId,
    phone: phone === undefined ? null : phoneNumbers.mask(phone),
    subAccountSid: subAccount?.sid ?? null,
  });
  const get = async (userId: string): Promise<ShownUser> => {
    const user = await directory.find(userId);
    if (user === undefined) throw new CallError(40403);
    return shown(user);
  };
  return {
    get,
    async put(user) {
      const phone = user.phone === null ? null : phoneNumbers.read(user.phone);
      if (phone === undefined) throw new CallError(40001, 'phone must be a phone number');
      if ((await directory.put({ ...user, phone })) === 'in-call') throw new CallError(41008);
      return get(user.userId);
    },
    async remove(userId) {
      if ((await directory.remove(userId)) === 'in-call') throw new CallError(41008);
    },
    list: async (afterId, limit) => (await directory.list(afterId, limit)).map(shown),
  };
}
