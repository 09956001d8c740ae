import { type Company, openCompany } from '../company.js';
import { auditRobots, type RobotAudit } from './audit.js';
import type { RobotFault } from './faults.js';
import type { Told } from './people.js';
import { ROBOT_PLAN } from './plan.js';
import { encores, type Script } from './scripts.js';
import { openTheatre, type Theatre } from './theatre.js';

export interface RobotCompany extends Company<Script, Told> {
  /** Those that were ordered, and how often each has happened. */
  faults(): Ordered[];
  audit(told: readonly Told[]): Promise<readonly RobotAudit[]>;
}

type Ordered = ReturnType<Theatre['simulator']['control']['faults']>[number];

const LANES = 2;
/** Of a call whose start was lost, its ring and the search for its record. */
const LATE_MS = 60_000;

/** The faults that are `wanted` happen at least once, beside one of each command and each kind. */
export async function openRobotCompany(
  temporalAddress: string,
  wanted: readonly RobotFault[],
): Promise<RobotCompany> {
  const opening = Array.from({ length: LANES }, () => openTheatre(temporalAddress));
  const stages = await Promise.all(opening);
  const faults = () => stages.flatMap(({ simulator }) => simulator.control.faults());
  const happened = () => faults().flatMap(({ fault, fired }) => (fired > 0 ? fault : []));
  const company = await openCompany({
    stages,
    plan: ROBOT_PLAN,
    choose: (all) => all,
    encores: (missed, firstNth) => encores({ missed, fired: happened(), wanted }, firstNth),
    lateMs: LATE_MS,
  });
  return {
    ...company,
    faults,
    audit: (told) =>
      Promise.all(
        stages.map((stage, lane) =>
          auditRobots(
            stage,
            company.share(lane, told, ({ script }) => script),
          ),
        ),
      ),
  };
}
