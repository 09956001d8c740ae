import { XMLParser } from 'fast-xml-parser';

/** A verb of TwiML that is understood here. */
export type Verb =
  | { readonly verb: 'Hangup' | 'Say' }
  | { readonly verb: 'Redirect'; readonly url: string }
  | { readonly verb: 'Pause'; readonly ms: number }
  | {
      readonly verb: 'Gather';
      readonly action: string;
      readonly timeoutMs: number;
      /** Pressed before any other one, nothing was entered. */
      readonly finishOnKey: string;
    }
  | {
      readonly verb: 'Dial';
      readonly number: string;
      readonly callerId: string;
      readonly ringMs: number;
      readonly limitMs: number;
      readonly statusCallback: string;
      readonly events: readonly string[];
    };

const ATTRIBUTES = ':@';
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
});

type Node = Readonly<Record<string, unknown>>;

const nameOf = (node: Node): string => Object.keys(node).find((key) => key !== ATTRIBUTES) ?? '';
const inside = (node: Node): readonly Node[] => (node[nameOf(node)] ?? []) as readonly Node[];
const attribute = (node: Node, name: string): string | undefined =>
  (node[ATTRIBUTES] as Record<string, string> | undefined)?.[`@_${name}`];
const textIn = (node: Node): string => {
  const text = inside(node)[0]?.['#text'];
  return typeof text === 'string' ? text : '';
};
const secondsIn = (node: Node, name: string, fallback: number): number =>
  Number(attribute(node, name) ?? fallback) * 1_000;

/** The verbs of a response; `undefined` for what is none, or has a verb that is not known here. */
export function verbsOf(xml: string): readonly Verb[] | undefined {
  try {
    const root = (parser.parse(xml) as readonly Node[]).find((node) => nameOf(node) === 'Response');
    const verbs = root && inside(root).map(verbOf);
    return verbs?.every((verb) => verb !== undefined) ? verbs : undefined;
  } catch {
    return undefined;
  }
}

function verbOf(node: Node): Verb | undefined {
  const verb = nameOf(node);
  switch (verb) {
    case 'Hangup':
    case 'Say':
      return { verb };
    case 'Redirect':
      return { verb, url: textIn(node) };
    case 'Pause':
      return { verb, ms: secondsIn(node, 'length', 1) };
    case 'Gather':
      return {
        verb,
        action: attribute(node, 'action') ?? '',
        timeoutMs: secondsIn(node, 'timeout', 5),
        finishOnKey: attribute(node, 'finishOnKey') ?? '#',
      };
    case 'Dial':
      return dialOf(node);
    default:
      return undefined;
  }
}

function dialOf(node: Node): Verb | undefined {
  const number = inside(node).find((each) => nameOf(each) === 'Number');
  if (number === undefined) return undefined;
  return {
    verb: 'Dial',
    number: textIn(number),
    callerId: attribute(node, 'callerId') ?? '',
    ringMs: secondsIn(node, 'timeout', 30),
    limitMs: secondsIn(node, 'timeLimit', 14_400),
    statusCallback: attribute(number, 'statusCallback') ?? '',
    // One that is not named is not told; nothing named: only the end.
    events: (attribute(number, 'statusCallbackEvent') ?? 'completed').split(' '),
  };
}
