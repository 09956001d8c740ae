export interface ToldStep {
  /** `caller`, `callee` and `other` stand for the user ids, which are new in every run. */
  readonly what: string;
  readonly told: string;
  readonly milliseconds: number;
}

export interface ToldScene {
  readonly title: string;
  readonly steps: readonly ToldStep[];
  readonly links: readonly string[];
}

const NAMES: Readonly<Record<string, string>> = { '01': 'caller', '02': 'callee', '03': 'other' };

const named = (text: string): string =>
  text.replace(/\b\d{6}(0[123])\b/g, (_, last: string) => NAMES[last] ?? last);

function stepOf(line: string): ToldStep[] {
  const [, what, milliseconds, told] = /^ {2}(\S.*?) +(\d+) ms {2}(.+)$/.exec(line) ?? [];
  if (what === undefined || told === undefined) return [];
  return [{ what: named(what), told: named(told), milliseconds: Number(milliseconds) }];
}

/** The scenes a first start played, read from what it printed. */
export function toldScenes(printed: string): ToldScene[] {
  return printed
    .split('\n\n')
    .filter((paragraph) => paragraph.includes(' ms  '))
    .map((paragraph) => {
      const [title = '', ...lines] = paragraph.split('\n');
      const links = lines.map((line) => line.trim()).filter((line) => line.startsWith('http'));
      return { title, links, steps: lines.flatMap(stepOf) };
    });
}
