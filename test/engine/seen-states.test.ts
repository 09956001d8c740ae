import { describe, expect, it } from 'vitest';
import { SeenStates } from '../../src/engine/seen-states.js';
import { aStart } from '../support/calls.js';

const { state } = aStart();
const version = (number: number) => ({ ...state, version: number });

describe('what answers have shown of a call', () => {
  it('is for those who came before the question, not for those who came while it was under way', () => {
    const seen = new SeenStates();
    const early = seen.asked;
    const answer = seen.ask();
    const meanwhile = seen.asked;
    answer(version(2));
    expect(seen.after(early)).toEqual(version(2));
    expect(seen.after(meanwhile)).toBeUndefined();
  });

  it('is the highest version, in whichever order the answers come', () => {
    const seen = new SeenStates();
    const early = seen.asked;
    const [first, second] = [seen.ask(), seen.ask()];
    second(version(3));
    first(version(2));
    expect(seen.after(early)).toEqual(version(3));
  });

  it('stays for those who came before a later question, which showed less', () => {
    const seen = new SeenStates();
    const first = seen.ask();
    const between = seen.asked;
    const second = seen.ask();
    second(version(2));
    first(version(3));
    expect(seen.after(between)).toEqual(version(3));
  });
});
