export interface BashBlock {
  readonly code: string;
  /** `bash no-run`: for reading only. */
  readonly runs: boolean;
}

/** The part of a Markdown text below a heading of the second level, up to the next such heading. */
export function sectionOf(markdown: string, title: string): string {
  const [, ...sections] = `\n${markdown}`.split(/\n## /);
  const found = sections.find((section) => section.split('\n')[0]?.trim() === title);
  return found === undefined ? '' : found.slice(found.indexOf('\n'));
}

/** The fenced blocks of bash commands in a Markdown text, in order. */
export function bashBlocks(markdown: string): BashBlock[] {
  return [...markdown.matchAll(/^```(bash\b[^\n]*?) *\n(.*?)^``` *$/gms)].map(([, mark, code]) => ({
    code: code ?? '',
    runs: mark !== 'bash no-run',
  }));
}
