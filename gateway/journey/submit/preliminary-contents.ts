/** A preliminary document on its way home: CDA and PDF as they were released, under the seal alone. */
import { found } from "../desk-guards.ts"
import { MIME } from "../codes.ts"
import { isTakenBack } from "../retain/recall.ts"
import { subjectOf } from "../subject.ts"
import { notice } from "../verify/receipt.ts"
import type { ContentsOf } from "./package.ts"
import type { Content } from "./pack.ts"

const TITLES = { cda: "画像診断報告書（仮報告）", pdf: "画像診断報告書（仮報告、PDF）" } as const

/** Of images that were taken back nobody waits for it. A second one takes the place of the first, where that was made. */
export const preliminaryContents: ContentsOf = async (world, record, agreement) => {
  if (await isTakenBack(world, record)) return { failureCode: "ERR_INSTANCE_RECALLED" }
  const report = found(record.reportId === null ? null : await world.ledger.report(record.reportId), "report")
  const { preliminaries = [] } = report.private
  const at = preliminaries.findIndex(({ submissionId }) => submissionId === record.id)
  const released = found(preliminaries[at], "preliminary report")
  const sent = await world.ledger.documents(preliminaries[at - 1]?.submissionId ?? "")
  const contents: Content[] = []
  for (const role of ["cda", "pdf"] as const) {
    const { uniqueId, place } = found(
      released.documents.find((each) => each.role === role),
      role,
    )
    contents.push({
      ...notice(world, role, TITLES[role], new Uint8Array(0)),
      uniqueId,
      mimeType: role === "pdf" ? MIME.pdf : MIME.xml,
      createdAt: new Date(released.at),
      body: { sealed: await world.spool.open(place) },
    })
  }
  return {
    subject: await subjectOf(world, record, agreement),
    contents,
    signs: [],
    replaces: contents.flatMap(({ role, uniqueId }) => {
      const before = sent.find((each) => each.role === role)
      return before === undefined ? [] : [{ uniqueId, entryUUID: before.entryUUID }]
    }),
  }
}
