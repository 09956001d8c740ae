import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { CallState, Party } from '../../src/call/state.js';
import { summaryOf } from '../../src/call/summary.js';
import type { Shown } from './session.js';

const callStatus = defineSearchAttributeKey('CallStatus', 'KEYWORD');
const callEndCause = defineSearchAttributeKey('CallEndCause', 'KEYWORD');
const providerCallId = defineSearchAttributeKey('ProviderCallId', 'KEYWORD');

const TIMELINE_SHOWN = 20;

/** Keeps what an operator sees of a call: search attributes by change, details for free. */
export function operatorView(initial: CallState) {
  let attributed = initial;
  return (shown: Shown): void => {
    const changed = changedAttributes(attributed, shown.state);
    if (changed.length > 0) upsertSearchAttributes(changed);
    attributed = shown.state;
    setCurrentDetails(details(shown));
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
function details({ state, timeline, droppedSignals }: Shown): string {
  const outcome = state.cause === undefined ? '' : ` (${state.cause}: ${state.reason})`;
  const ending = state.ending === undefined ? '' : `, ending: ${state.ending.wish}`;
  const left = state.unreleased === undefined ? '' : ', its provider is still asked to end it';
  return [
    summaryOf(state),
    '',
    `**${state.status}**${outcome}${ending}${left}, version ${state.version}`,
    '',
    '| party | role | state | terminal |',
    '|---|---|---|---|',
    ...state.parties.map(row),
    '',
    ...provider(state),
    ...timeline.slice(-TIMELINE_SHOWN).map(({ at, what }) => `- ${at} ${what}`),
    ...(droppedSignals === 0 ? [] : ['', `signals dropped: ${droppedSignals}`]),
  ].join('\n');
}

function provider({ placing, providerCallId, room, stream }: CallState): string[] {
  if (placing === undefined) return [];
  const named = providerCallId === undefined ? '' : `, id \`${providerCallId}\``;
  const where = room === undefined ? '' : `, room \`${room.name}\``;
  const plays = stream === undefined ? '' : `, stream ${stream.kind}`;
  return [`provider: ${placing.kind}${named}${where}${plays}`, ''];
}

const row = ({ userId, role, state, terminalId = '' }: Party): string =>
  `| ${userId} | ${role} | ${state} | ${terminalId} |`;
