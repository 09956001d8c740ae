import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Audit, expectNothingLost, openAudit } from '../support/call-audit.js';
import { sayLoad, startLoad } from '../support/call-load.js';
import { type Cluster, type Member, startCluster } from '../support/cluster.js';
import { total } from '../support/insistent-user.js';
import { CLEANLY, restartEach } from '../support/rolling-restart.js';

let cluster: Cluster;
let members: Member[];
let audit: Audit;

beforeAll(async () => {
  cluster = await startCluster();
  members = await Promise.all([cluster.member('worker'), cluster.member('api')]);
  audit = await openAudit(cluster, members);
});
afterAll(async () => {
  await audit?.close();
  await cluster?.remove();
});

describe('api and worker on one PostgreSQL', () => {
  it('lose no acknowledged command when one after the other is restarted under load', async () => {
    const urls = members.filter(({ role }) => role === 'api').map(({ url }) => url);
    const load = startLoad({ urls, seed: Date.now() });
    const restarts = await restartEach(members, load);
    const told = await load.finished();
    sayLoad('worker and api restarted', load, { calls: told.length, restarts });

    expect(restarts.map(({ ended }) => ended)).toEqual([CLEANLY, CLEANLY]);
    expect(Math.min(...restarts.map(({ liveCalls }) => liveCalls))).toBeGreaterThan(0);
    expect(total(load.ledger.retried, '50401')).toBeGreaterThan(0);
    expect(total(load.ledger.retried, 'unreachable')).toBeGreaterThan(0);
    await expectNothingLost(audit, told);
  });
});
