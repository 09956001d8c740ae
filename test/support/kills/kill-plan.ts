/** Where the product is killed in the calls of one kind, and in which scripts of theirs. */
export interface KillPlan<Script extends string> {
  /** Whether what is done at a point belongs to calls of this kind. */
  readonly covers: (done: string) => boolean;
  /** What is covered, but not to be killed at, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Which scripts come by. */
  readonly scriptsAt: Readonly<Record<string, readonly Script[]>>;
  /** Which ones come by what nobody wrote down. */
  readonly elsewhere: readonly Script[];
}

export interface Kill<Script extends string> {
  readonly point: string;
  readonly script: Script;
  readonly withServer: boolean;
}

/** What is done at a point: its name without `before` or `after`. */
export const doneAt = (point: string): string => point.slice(point.indexOf(' ') + 1);

export const pointsOf = <S extends string>(
  { covers, leftOut }: KillPlan<S>,
  declared: ReadonlySet<string>,
): string[] =>
  [...declared].filter((point) => covers(doneAt(point)) && !(doneAt(point) in leftOut));

/** Of each thing that is done one of its two points. */
export function oneOfEach(points: readonly string[], random: () => number): string[] {
  const before = [...new Set(points.map(doneAt))].filter(() => random() < 0.5);
  return points.filter((point) => before.includes(doneAt(point)) === point.startsWith('before'));
}

/** What the plan names and the product does not have, or no more. */
export const unknownTo = <S extends string>(
  { leftOut, scriptsAt }: KillPlan<S>,
  declared: ReadonlySet<string>,
): string[] =>
  [...Object.keys(leftOut), ...Object.keys(scriptsAt)].filter(
    (done) => !declared.has(`before ${done}`),
  );

export const scriptsAt = <S extends string>(
  { scriptsAt: written, elsewhere }: KillPlan<S>,
  point: string,
): readonly S[] => written[doneAt(point)] ?? elsewhere;

/** Every point once; thoroughly, in every script that comes by, the Temporal server killed or not. */
export function planKills<S extends string>(
  plan: KillPlan<S>,
  points: readonly string[],
  thoroughly: boolean,
): Kill<S>[] {
  return points.flatMap((point, index) => {
    const scripts = scriptsAt(plan, point);
    if (thoroughly) {
      return scripts.flatMap((script) =>
        [false, true].map((withServer) => ({ point, script, withServer })),
      );
    }
    const script = scripts[point.startsWith('before') ? 0 : scripts.length - 1];
    return script === undefined ? [] : [{ point, script, withServer: index % 5 === 3 }];
  });
}
