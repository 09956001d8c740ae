import { type Company, openCompany } from '../company.js';
import { auditRobots, type RobotAudit } from './audit.js';
import type { Told } from './people.js';
import { ROBOT_PLAN } from './plan.js';
import { encores, type Script } from './scripts.js';
import { openTheatre, type Theatre } from './theatre.js';

export interface RobotCompany extends Company<Script, Told> {
  /** Those that happened at least once. */
  faults(): Fired[];
  audit(told: readonly Told[]): Promise<readonly RobotAudit[]>;
}

type Fired = ReturnType<Theatre['simulator']['control']['faults']>[number];

const LANES = 2;
/** Of a call whose start was lost, its ring and the search for its record. */
const LATE_MS = 60_000;

export async function openRobotCompany(temporalAddress: string): Promise<RobotCompany> {
  const opening = Array.from({ length: LANES }, () => openTheatre(temporalAddress));
  const stages = await Promise.all(opening);
  const faults = () =>
    stages.flatMap(({ simulator }) => simulator.control.faults()).filter(({ fired }) => fired > 0);
  const company = await openCompany({
    stages,
    plan: ROBOT_PLAN,
    choose: (all) => all,
    encores: (missed, firstNth) =>
      encores({ missed, fired: faults().map(({ fault }) => fault) }, firstNth),
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
