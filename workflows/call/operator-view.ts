import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { CallState, Party } from '../../src/call/state.js';

const callStatus = defineSearchAttributeKey('CallStatus', 'KEYWORD');
const callEndCause = defineSearchAttributeKey('CallEndCause', 'KEYWORD');
const providerCallId = defineSearchAttributeKey('ProviderCallId', 'KEYWORD');

/** Keeps what an operator sees of a call: search attributes by change, details for free. */
export function operatorView(initial: CallState) {
  let shown = initial;
  return (state: CallState, droppedSignals: number): void => {
    const changed = changedAttributes(shown, state);
    if (changed.length > 0) upsertSearchAttributes(changed);
    shown = state;
    setCurrentDetails(details(state, droppedSignals));
  };
}

function changedAttributes(before: CallState, after: CallState) {
  return [
    ...(before.status === after.status ? [] : [{ key: callStatus, value: after.status }]),
    ...(before.cause === after.cause || after.cause === undefined
      ? []
      : [{ key: callEndCause, value: after.cause }]),
    ...(before.providerCallId === after.providerCallId || after.providerCallId === undefined
      ? []
      : [{ key: providerCallId, value: after.providerCallId }]),
  ];
}

/** Markdown for the UI. */
function details(state: CallState, droppedSignals: number): string {
  const outcome = state.cause === undefined ? '' : ` (${state.cause}: ${state.reason})`;
  const ending = state.ending === undefined ? '' : `, ending: ${state.ending.wish}`;
  return [
    `**${state.status}**${outcome}${ending}, version ${state.version}`,
    '',
    '| party | role | state | terminal |',
    '|---|---|---|---|',
    ...state.parties.map(row),
    ...(droppedSignals === 0 ? [] : ['', `signals dropped: ${droppedSignals}`]),
  ].join('\n');
}

const row = ({ userId, role, state, terminalId = '' }: Party): string =>
  `| ${userId} | ${role} | ${state} | ${terminalId} |`;
