/** The documents' limits, in characters (code points). */
export const LIMITS = { terminal_id: 64, reason: 50, stage: 32, network_quality: 20 } as const;

/** NUL and half a surrogate pair are no characters; no store takes them. */
export const NO_CHARACTER = /[\0\p{Surrogate}]/u;

export const lengthOf = (text: string): number => [...text].length;
