/**
 * Where answers land whose request was lost here with its spool: in a slot that is made for the first of them. What was sent
 * before the loss is settled by them; a report brings with it what the hospital needs to read it again (docs/operation.md, 6).
 */
import { REFERENCE_TYPE } from "../../standards/xds/vocabulary.ts"
import { keptAnew } from "../keep.ts"
import { isLive } from "../live-slot.ts"
import { referenced } from "../metadata.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import type { SubmissionKind } from "../records/submission.ts"
import { patientIdOf } from "../same-subject.ts"
import { targetOf } from "../subject.ts"
import { patientOf } from "../submit/patient.ts"
import type { World } from "../world.ts"
import type { Inbound } from "./inbound.ts"
import { ended, notAgreed, type Landing } from "./landed.ts"

/** What says by itself what became of something we know of; all else builds on what was lost. */
const ANSWERS: readonly SubmissionKind[] = ["receipt", "refusal", "report", "acknowledgement"]

/** Lost, not ended: the agreed term of a request that went with its spool still runs. */
export const mayBeAnswered = (
  { clock }: Pick<World, "clock">,
  { kind }: Pick<Inbound, "kind">,
  { state, lostAt, keepUntil }: RequestRecord,
): boolean =>
  state === "exited" && lostAt !== undefined && new Date(keepUntil) > clock.now() && ANSWERS.includes(kind)

/** @throws AcceptanceError ERR_NOT_AGREED when it is about another study than was asked about */
export async function landAnswer(world: World, inbound: Inbound, lost: RequestRecord): Promise<Landing> {
  await isOfStudy(world, inbound, lost)
  const isFirst = !isLive(world, lost.slotId)
  const slotId = isFirst ? await world.spool.createSlot("documents") : lost.slotId
  return {
    slotId,
    studyId: targetOf(lost),
    requestId: lost.id,
    owner: isFirst ? null : lost.id,
    states: null,
    changes: async () => {
      const request = await world.ledger.request(lost.id)
      // Of two that come at once the second finds the first one's slot, and comes again.
      if (request === null || (request.slotId !== slotId && request.slotId !== lost.slotId)) throw ended()
      return keptUnder(world, inbound, request, slotId)
    },
  }
}

/** The ledger knows the study's UID by its keyed hash alone. */
async function isOfStudy(world: World, { StudyInstanceUID }: Inbound, lost: RequestRecord): Promise<void> {
  const target = targetOf(lost)
  const named = await world.ledger.studiesByUid(StudyInstanceUID)
  if (target !== null && !named.some(({ id }) => id === target)) throw notAgreed()
}

function keptUnder(world: World, inbound: Inbound, request: RequestRecord, slotId: string): Change[] {
  const known = { ...request, slotId, private: toldBy(inbound, request.private) }
  const [record, term] = keptAnew(world, known)
  return [{ put: "request", record }, term]
}

/**
 * Only a report says enough; whose it is, its own text has to say as well before it is shown. One before it, if any, did not hold: else
 * the request would be open again.
 */
function toldBy(inbound: Inbound, asked: RequestRecord["private"]): RequestRecord["private"] {
  if (inbound.kind !== "report") return asked
  const [entry] = inbound.submission.documentEntries
  const named = (type: (typeof REFERENCE_TYPE)["order" | "accession"]): string =>
    (entry === undefined ? [] : referenced(entry, type))[0] ?? ""
  return {
    ...asked,
    requestNumber: named(REFERENCE_TYPE.order),
    patient: { ...patientOf(entry?.sourcePatientInfo ?? []), PatientID: patientIdOf(entry) },
    StudyInstanceUID: inbound.StudyInstanceUID,
    AccessionNumber: named(REFERENCE_TYPE.accession),
  }
}
