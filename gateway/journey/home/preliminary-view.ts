/** Preliminary documents that came home, as staff read them: beside the report, and never as one. */
import { caseFile } from "../cases/case-file.ts"
import { camePreliminaries, finalAmong, isChanged } from "../cases/preliminary.ts"
import type { CaseFile } from "../cases/cases.ts"
import { found, kept, only } from "../desk-guards.ts"
import type { Person } from "../ports/person.ts"
import { readWhole } from "../read-whole.ts"
import type { PreliminaryReportView, StaffDetail } from "../views/staff.ts"
import type { World } from "../world.ts"

export function preliminaryViews(file: CaseFile): Pick<StaffDetail, "preliminaries"> {
  const came = camePreliminaries(file)
  if (came.length === 0) return {}
  const isFinal = finalAmong(file) !== null
  const newest = came.at(-1)
  const preliminaries = came.map((each): PreliminaryReportView => {
    const { submission, text } = each
    return {
      version: text.version,
      cameAt: submission.verifiedAt ?? submission.createdAt,
      writtenAt: text.effectiveTime,
      readerName: text.readerName,
      findings: text.findings,
      impression: text.impression,
      seal: submission.private.verdict,
      isReplaced: isFinal || each !== newest,
      isChanged: each === newest && isChanged(file),
    }
  })
  return { preliminaries: preliminaries.reverse() }
}

/** Its sheet, which says on each page what it is. Throws DeskError ERR_NOT_FOUND. */
export async function preliminaryPdf(
  world: World,
  person: Person,
  requestId: string,
  version: number,
): Promise<Uint8Array> {
  only(person, "clerk")
  const file = await caseFile(world, kept(await world.ledger.request(requestId)))
  const { submission } = found(
    camePreliminaries(file).find(({ text }) => text.version === version),
    "preliminary report",
  )
  const documents = await world.ledger.documents(submission.id)
  const { place } = found(
    documents.find(({ role }) => role === "pdf"),
    "sheet of this preliminary report",
  )
  return readWhole(world.spool, place)
}
