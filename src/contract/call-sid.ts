/** The service's users live by Beijing's clock; China keeps no summer time. */
const BEIJING_MS = 8 * 3_600_000;
const CALL_SID = /^(\d{12})(\d{20})$/;

const stampOf = (createdAt: number): string =>
  new Date(createdAt + BEIJING_MS).toISOString().replace(/\D/g, '').slice(2, 14);

/** The documented shape, 32 digits: when the call was created, `yyMMddHHmmss`, and its id. */
export const callSidOf = (callId: number, createdAt: number): string =>
  stampOf(createdAt) + String(callId).padStart(20, '0');

/** The id in it; `undefined` for another shape. */
export function callIdOfSid(callSid: string): number | undefined {
  const callId = Number(CALL_SID.exec(callSid)?.[2]);
  return Number.isSafeInteger(callId) && callId > 0 ? callId : undefined;
}
