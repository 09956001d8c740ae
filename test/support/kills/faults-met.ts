interface Fault {
  /** The request, or the push, that it happens to. */
  readonly on: string;
  readonly kind: string;
}

const partsOf = ({ on, kind }: Fault): string[] => [`on ${on}`, `kind ${kind}`];

/** As few of these faults as it takes for each request, push and kind to have met one. */
export function neverMet<F extends Fault>(faults: readonly F[], met: readonly Fault[]): F[] {
  const known = new Set(met.flatMap(partsOf));
  return faults.filter((fault) => {
    const news = partsOf(fault).filter((part) => !known.has(part));
    for (const part of news) known.add(part);
    return news.length > 0;
  });
}
