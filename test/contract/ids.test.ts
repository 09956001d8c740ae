import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callIdOfWorkflow, callWorkflowId } from '../../src/contract/ids.js';

describe('the workflow id of a call', () => {
  it('leads back to its call', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (callId) => {
        expect(callIdOfWorkflow(callWorkflowId(callId))).toBe(callId);
      }),
    );
  });

  it.each(['webhook-1', 'call-', 'call-x', 'call-01', 'call-1.5', 'call-9007199254740993'])(
    'is not what %s is',
    (workflowId) => {
      expect(callIdOfWorkflow(workflowId)).toBeUndefined();
    },
  );
});
