import type { PlacingReport } from '../call/events.js';
import { wordsOf } from '../contract/placing-words.js';
import { NOT_SENT_CODE } from '../contract/robot-plan.js';
import type { PlaceOutcome } from '../ports/robot-calls.js';

export function reportOfPlacing(outcome: PlaceOutcome): PlacingReport {
  const { evidence } = outcome;
  switch (outcome.kind) {
    case 'accepted': {
      const results = outcome.callees.map(({ userId, resultCode: code }) => ({ userId, code }));
      return { type: 'placed', providerCallId: outcome.providerCallId, results };
    }
    case 'refused': {
      const info = evidence.info ?? evidence.fault ?? outcome.reason;
      return { type: 'refused', code: evidence.code ?? NOT_SENT_CODE, info };
    }
    case 'unknown':
      return { type: 'placing-unknown', evidence: wordsOf(evidence) };
  }
}
