import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { byCallee, byCaller, CALLEE } from '../support/calls.js';
import { type Rig, startRig } from '../support/rig.js';

const run = promisify(execFile);

/** The Temporal CLI as an operator types it, in the rig's namespace. */
function operator({ namespace }: Rig, callId: number) {
  const where = ['--address', inject('temporalAddress'), '--namespace', namespace];
  const cli = async (...args: string[]): Promise<string> => {
    const id = ['--workflow-id', callWorkflowId(callId)];
    const ran = run(inject('temporalCli'), [...args, ...id, ...where, '-o', 'json']);
    const { stdout } = await ran.catch((error: { stdout: string; stderr: string }) => {
      throw new Error(error.stderr || error.stdout);
    });
    return stdout;
  };
  const json = (payload: unknown) => ['--input', JSON.stringify(payload)];
  return {
    cli,
    update: (name: string, payload: unknown) =>
      cli('workflow', 'update', 'execute', '--name', name, ...json(payload)),
    signal: (name: string, payload: unknown) =>
      cli('workflow', 'signal', '--name', name, ...json(payload)),
    query: async (name: string) => {
      const answer = JSON.parse(await cli('workflow', 'query', '--type', name));
      return answer.queryResult[0];
    },
  };
}

async function aCall() {
  const rig = await startRig();
  // A command of the CLI is a process, which a busy machine starts slowly.
  const { callId } = (await rig.start({ ringTimeoutMs: 600_000 })).state;
  return { rig, callId, op: operator(rig, callId) };
}

describe('driven by the Temporal CLI alone', () => {
  it('a call is accepted, joined and hung up by updates', async () => {
    const { rig, callId, op } = await aCall();
    await op.update('accept', byCallee);
    await op.update('media-state', { ...byCaller, stage: 'joined' });
    expect(await op.query('state')).toMatchObject({ status: 'ongoing', version: 3 });
    await op.update('hangup', { ...byCaller, reason: 'by hand' });
    expect(await rig.result(callId)).toMatchObject({ status: 'ended', cause: 'hangup' });
  });

  it('a call is accepted, joined and hung up by signals of the same names', async () => {
    const { rig, callId, op } = await aCall();
    await op.signal('accept', byCallee);
    await op.signal('media-state', { ...byCallee, stage: 'joined' });
    await op.signal('hangup', byCallee);
    expect(await rig.result(callId)).toEqual({ status: 'ended', cause: 'hangup', version: 4 });
  });

  it("the CLI's cancel ends it as ops_ended, with its record written", async () => {
    const { rig, callId, op } = await aCall();
    await op.update('accept', byCallee);
    await op.cli('workflow', 'cancel');
    expect(await rig.result(callId)).toMatchObject({ status: 'ended', cause: 'ops_ended' });
    expect(rig.written.at(-1)?.state).toMatchObject({ cause: 'ops_ended', endedBy: 'operator' });
    const { status } = await rig.client.workflow.getHandle(callWorkflowId(callId)).describe();
    expect(status.name).toBe('COMPLETED');
  });

  it('`end` ends it with who and why', async () => {
    const { rig, callId, op } = await aCall();
    await op.update('end', { by: 'night-shift', reason: 'stuck' });
    await rig.result(callId);
    expect(rig.written.at(-1)?.state).toMatchObject({ endedBy: 'night-shift', reason: 'stuck' });
  });
});

describe('bad input from the CLI', () => {
  it.each([
    ['no payload members', 'accept', {}],
    ['a wrong type', 'accept', { user_id: 20002, terminal_id: 'x' }],
    ['text in place of an object', 'accept', 'yes please'],
    ['a terminal that is too long', 'accept', { user_id: CALLEE, terminal_id: 'x'.repeat(65) }],
    ['no stage', 'media-state', byCallee],
    ['a cause that is not the operators', 'end', { cause: 'busy' }],
    ['an unknown command', 'transfer', byCallee],
  ])('%s is refused 40001 and changes nothing', async (_name, command, payload) => {
    const { rig, callId, op } = await aCall();
    await expect(op.update(command, payload)).rejects.toThrow(/40001/);
    expect(await op.query('state')).toMatchObject({ status: 'calling', version: 1 });
    await rig.engine.command(callId, 'cancel', byCaller);
  });

  it('a signal that cannot be decoded is counted, and the call lives on', async () => {
    const { rig, callId, op } = await aCall();
    const bytes = ['--input', 'AAEC', '--input-base64', '--input-meta', 'encoding=unheard/of'];
    await op.cli('workflow', 'signal', '--name', 'hangup', ...bytes);
    await op.cli('workflow', 'signal', '--name', 'provider-report', ...bytes);
    await op.signal('no-such-signal', {});
    await op.signal('accept', { user_id: CALLEE });
    const timeline = (await op.query('timeline')).map((entry: { what: string }) => entry.what);
    expect(timeline.slice(1)).toEqual([
      'signal hangup dropped: user_id must be a string',
      'signal provider-report dropped: unknown type',
      'signal no-such-signal dropped: unknown signal',
      'signal accept dropped: terminal_id must be a string of 1 to 64 characters',
    ]);
    expect(await op.cli('workflow', 'metadata')).toContain('signals dropped: 4');
    expect(await rig.engine.command(callId, 'accept', byCallee)).toMatchObject({ kind: 'done' });
    await rig.engine.command(callId, 'hangup', byCallee);
  });
});

describe('what an operator sees', () => {
  it('search attributes, summary, current details and timeline tell the call', async () => {
    const { rig, callId, op } = await aCall();
    await op.update('accept', byCallee);
    const live = JSON.parse(await op.cli('workflow', 'describe'));
    expect(JSON.stringify(live)).toContain('10001 → 20002, video, rtc');
    const metadata = await op.cli('workflow', 'metadata');
    expect(metadata).toContain('**accepted**, version 2');
    expect(metadata).toContain('| 20002 | callee | present | callee-phone |');
    await op.update('hangup', byCaller);
    await rig.result(callId);
    const { searchAttributes } = await rig.client.workflow
      .getHandle(callWorkflowId(callId))
      .describe();
    expect(searchAttributes).toMatchObject({
      CallStatus: ['ended'],
      CallChannel: ['rtc'],
      CallEndCause: ['hangup'],
      CallerId: ['10001'],
      CalleeIds: ['20002'],
    });
    const timeline = (await op.query('timeline')).map((entry: { what: string }) => entry.what);
    expect(timeline).toEqual([
      'v1 incoming, 20002',
      'v2 ringing stopped, 20002, on callee-phone, answered_elsewhere',
      'v2 accepted, 20002',
      'v3 ended',
    ]);
  });
});
