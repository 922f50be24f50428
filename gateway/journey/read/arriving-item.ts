/**
 * Studies of which units have come, and what closes them has not: listed with what their sender announced under its seal, so
 * that an urgent one is seen coming. They cannot be opened.
 */
import { NOTHING_YET, way } from "../cases/milestones.ts"
import { studyView } from "../cases/work-item.ts"
import { agreementOf } from "../keep.ts"
import type { AnnouncedDelivery, StudyRecord } from "../records/study.ts"
import type { WorkItem } from "../views/reading.ts"
import type { World } from "../world.ts"
import { NOT_READ_YET } from "./held-item.ts"

/** @param listed requests that are told of otherwise */
export async function arrivingItems(world: World, listed: ReadonlySet<string>): Promise<WorkItem[]> {
  return (await world.ledger.unaskedStudies()).flatMap((study) => {
    const { arriving } = study
    return !arriving || listed.has(arriving.requestId) ? [] : [arrivingItem(world, study, arriving)]
  })
}

function arrivingItem(world: World, study: StudyRecord, arriving: AnnouncedDelivery): WorkItem {
  const { requestId, here, expected, urgency, requestedAt, dueAt } = arriving
  return {
    requestId,
    // The request comes last.
    telephoneOnResult: false,
    requestNumber: "",
    urgency,
    dueAt,
    requestedAt,
    state: "created",
    patient: study.private.patient,
    study: { ...studyView(study), instances: here, instancesExpected: expected },
    hospital: agreementOf(world, study.agreement)?.partner.name ?? "",
    request: NOT_READ_YET,
    way: way({
      ...NOTHING_YET,
      received: study.firstArrivalAt,
      sending: expected === 0 ? null : here / expected,
    }),
    verification: null,
    reader: null,
    reportStatus: null,
    notices: [],
  }
}
