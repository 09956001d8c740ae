import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallbackTargets } from '../../src/ports/callback-targets.js';
import { createCallbackTargets } from '../../src/store/callback-targets.js';
import { DATABASES, type OpenedStore } from './stores.js';

const COMMANDS = ['Call.CallbackAfterEndCall', 'Call.CallbackAfterStartCall'];

describe.each(DATABASES)('the callback URLs of backends on $name', ({ open }) => {
  let store: OpenedStore;
  let targets: CallbackTargets;
  beforeAll(async () => {
    store = await open();
    targets = createCallbackTargets(store.database);
  });
  afterAll(() => store.remove());

  it('are one for each application, the last that was set', async () => {
    expect(await targets.read('1')).toBeUndefined();
    await targets.set('1', { url: 'https://one.test/', commands: COMMANDS });
    await targets.set('2', { url: 'https://two.test/', commands: [] });
    await targets.set('1', { url: 'https://three.test/?x=1', commands: COMMANDS.slice(1) });
    expect(await targets.read('1')).toEqual({
      url: 'https://three.test/?x=1',
      commands: COMMANDS.slice(1),
    });
    await targets.clear('1');
    expect(await targets.read('1')).toBeUndefined();
    expect(await targets.read('2')).toEqual({ url: 'https://two.test/', commands: [] });
  });
});
