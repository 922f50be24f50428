/** Where a deletion certificate lands: beside nothing, for it outlives what it is about. */
import { uuid } from "../ids.ts"
import type { CertificateRecord } from "../records/certificate.ts"
import type { Change } from "../records/ledger.ts"
import { endOfCertificate } from "../retain/account.ts"
import { due } from "../run.ts"
import { patientIdOf } from "../same-subject.ts"
import { targetOf } from "../subject.ts"
import type { World } from "../world.ts"
import type { Inbound } from "./inbound.ts"
import { agreedRequest, type Landing } from "./landed.ts"

/** It outlives what it is about: a slot and a term of its own, also when its request is over. */
export async function landCertificate(world: World, inbound: Inbound): Promise<Landing> {
  const request = await agreedRequest(world, inbound)
  const slotId = await world.spool.createSlot("documents")
  const now = world.clock.now()
  const until = endOfCertificate(inbound.agreement, now)
  const certificate: CertificateRecord = {
    id: uuid(world.chance),
    agreement: inbound.agreement.id,
    studyId: targetOf(request) ?? "",
    requestId: request.id,
    what: "images",
    at: now.toISOString(),
    objects: 0,
    statement: "",
    verdict: null,
    destruction: null,
    slotId,
    keepUntil: until.toISOString(),
    compared: [],
    private: {
      PatientID: patientIdOf(inbound.submission.documentEntries[0]),
      StudyInstanceUID: inbound.StudyInstanceUID,
      AccessionNumber: "",
      requestNumber: "",
      submissions: [],
      bytes: 0,
    },
  }
  const changes: Change[] = [
    { put: "certificate", record: certificate },
    due("expire", certificate.id, until),
  ]
  return {
    slotId,
    studyId: targetOf(request),
    requestId: request.id,
    owner: null,
    states: certificate.id,
    changes: () => Promise.resolve(changes),
  }
}
