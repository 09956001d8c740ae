import { type Company, openCompany } from '../company.js';
import { auditPhones, type PhoneAudit } from './audit.js';
import type { Told } from './people.js';
import { phonePlan } from './plan.js';
import type { PhoneProvider, StandIn } from './provider.js';
import { encores, type Script } from './scripts.js';
import { openTheatre } from './theatre.js';

export interface PhoneCompany extends Company<Script, Told> {
  readonly provider: PhoneProvider;
  /** The faults that happened at least once. */
  fired(): readonly ReturnType<StandIn['fired']>[number][];
  audit(told: readonly Told[]): Promise<readonly PhoneAudit[]>;
}

/** Of a call of which nothing is heard, the end of its ring. */
const LATE_MS = 15_000;

export interface PhoneCast {
  readonly provider: PhoneProvider;
  /** Those of its ways that are played. */
  readonly ways: readonly string[];
  /** Of all points those that are to be killed at. */
  readonly choose: (all: readonly string[]) => readonly string[];
}

/** A product beside each of these ways to run this provider. */
export async function openPhoneCompany(
  temporalAddress: string,
  { provider, ways, choose }: PhoneCast,
): Promise<PhoneCompany> {
  const opening = ways.map((way) => openTheatre(temporalAddress, provider, way));
  const stages = await Promise.all(opening);
  const fired = () =>
    stages.flatMap(({ standIn }) => standIn.fired()).filter((each) => each.fired > 0);
  const company = await openCompany({
    stages,
    plan: phonePlan(provider),
    choose,
    encores: (missed, firstNth) => encores(provider, { missed, fired: fired() }, firstNth),
    lateMs: LATE_MS,
  });
  return {
    ...company,
    provider,
    fired,
    audit: (told) =>
      Promise.all(
        stages.map((stage, lane) =>
          auditPhones(
            stage,
            company.share(lane, told, ({ script }) => script),
          ),
        ),
      ),
  };
}
