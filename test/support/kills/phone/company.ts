import { type Company, openCompany } from '../company.js';
import { auditPhones, type PhoneAudit } from './audit.js';
import type { Told } from './people.js';
import { phonePlan } from './plan.js';
import type { Ordered, PhoneFault, PhoneProvider } from './provider.js';
import { encores, leftAlone, type Script } from './scripts.js';
import { openTheatre } from './theatre.js';

export interface PhoneCompany extends Company<Script, Told> {
  readonly provider: PhoneProvider;
  /** The faults that were ordered, and how often each happened. */
  ordered(): readonly Ordered[];
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
  /** Faults that are to happen, too, where these have. */
  readonly unmet: (met: readonly PhoneFault[]) => readonly PhoneFault[];
}

/** Those that happened, once each. */
export const met = (ordered: readonly Ordered[]): PhoneFault[] => [
  ...new Set(ordered.filter(({ fired }) => fired > 0).map(({ fault }) => fault)),
];

/** A product beside each of these ways to run this provider. */
export async function openPhoneCompany(
  temporalAddress: string,
  { provider, ways, choose, unmet }: PhoneCast,
): Promise<PhoneCompany> {
  const opening = ways.map((way) => openTheatre(temporalAddress, provider, way));
  const stages = await Promise.all(opening);
  const ordered = () => stages.flatMap(({ standIn }) => standIn.ordered());
  const company = await openCompany({
    stages,
    plan: phonePlan(provider),
    choose,
    encores: (missed, firstNth) => encores(provider, missed, unmet(met(ordered())), firstNth),
    finale: leftAlone,
    lateMs: LATE_MS,
  });
  return {
    ...company,
    provider,
    ordered,
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
