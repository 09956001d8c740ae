import type { Client } from '../../src/client/create-client.js';

export interface Speaker {
  readonly client: Client;
  readonly userId: string;
  /** The first one has the call; with a second one it is taken over there and back. */
  readonly terminals: readonly [string, ...string[]];
}

export interface Spoken {
  /** Reports that changed the call. */
  readonly news: number;
  /** Take-overs, and when each was sent and answered, in milliseconds since the epoch. */
  readonly commands: readonly { readonly from: number; readonly until: number }[];
  /** By user and terminal. */
  readonly lastQualities: Readonly<Record<string, string>>;
  /** Answers that say less than an earlier one, and errors. */
  readonly errors: readonly string[];
}

export interface Talk {
  readonly callId: number;
  readonly reports: number;
  readonly random: () => number;
  /** Whether the run of the workflow is about to end. */
  readonly isNearEnd: () => boolean;
}

const NEWS = 1 / 3;
const STAGES = ['joined', 'muted', 'on-hold', 'sharing'];
const QUALITIES = ['excellent', 'good', 'poor', 'bad', 'gone'];
/** Commands in a row, so that one of them crosses the end of a run. */
const COMMANDS_AT_AN_END = 12;

/** One side of a conversation: a report after the other, take-overs where a run is about to end. */
export async function reportFor(speaker: Speaker, talk: Talk): Promise<Spoken> {
  const { client, userId, terminals } = speaker;
  const { callId, reports, random, isNearEnd } = talk;
  const stages = new Map<string, string>();
  const lastQualities: Record<string, string> = {};
  const commands: { from: number; until: number }[] = [];
  const errors: string[] = [];
  let [news, version, on, atThisEnd] = [0, 0, 0, 0];

  const heard = async (what: string, answer: Promise<{ version: number }>): Promise<void> => {
    try {
      const { version: told } = await answer;
      if (told < version) errors.push(`${what}: version ${told} after ${version}`);
      version = told;
    } catch (error) {
      errors.push(`${what}: ${error}`);
    }
  };
  const takeOver = async (): Promise<void> => {
    on = (on + 1) % terminals.length;
    const from = Date.now();
    const body = { terminal_id: terminals[on] ?? '', takeover: true };
    await heard('take-over', client.issueRtcToken({ callId }, body));
    commands.push({ from, until: Date.now() });
  };
  const report = async (): Promise<void> => {
    const terminal = terminals[on] ?? '';
    const before = stages.get(terminal);
    const stage = before === undefined || random() < NEWS ? other(STAGES, before, random) : before;
    const quality = other(QUALITIES, undefined, random);
    const body = { terminal_id: terminal, stage, network_quality: quality };
    await heard('report', client.reportMediaState({ callId }, body));
    if (stage !== before) news += 1;
    stages.set(terminal, stage);
    lastQualities[`${userId}/${terminal}`] = quality;
  };

  for (let index = 0; index < reports; index += 1) {
    atThisEnd = isNearEnd() ? atThisEnd : 0;
    while (terminals.length > 1 && isNearEnd() && atThisEnd < COMMANDS_AT_AN_END) {
      atThisEnd += 1;
      await takeOver();
    }
    await report();
  }
  return { news, commands, lastQualities, errors };
}

function other(choices: readonly string[], than: string | undefined, random: () => number): string {
  const left = choices.filter((choice) => choice !== than);
  return left[Math.floor(random() * left.length)] ?? '';
}
