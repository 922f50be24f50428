/** Report: draft → frozen → signed. Whoever writes, freezes or signs holds the request meanwhile. */
import { saveDraft } from "./draft.ts"
import { prepare } from "./freeze.ts"
import type { ReadingDesk } from "../ports/reading-desk.ts"
import { readWhole } from "../read-whole.ts"
import { documentOf } from "../submit/report-documents.ts"
import { releasePreliminary } from "./preliminary.ts"
import { reportSheet } from "./report-pages.ts"
import { reading } from "./read.ts"
import { signApproved, takeBack } from "./sign-later.ts"
import { preparedReport } from "./prepared.ts"
import { sign } from "./sign-report.ts"
import type { World } from "../world.ts"

type ReportDesk = Pick<
  ReadingDesk,
  | "saveDraft"
  | "prepare"
  | "preparePreliminary"
  | "preparedPdf"
  | "preparedSheet"
  | "sign"
  | "signApproved"
  | "takeBack"
  | "release"
>

export function reportDesk(world: World): ReportDesk {
  const held = <T>(requestId: string, work: () => Promise<T>): Promise<T> => world.locks.with(requestId, work)
  return {
    saveDraft: (person, requestId, draft, expected) =>
      held(requestId, () => saveDraft(world, person, requestId, draft, expected)),
    prepare: (person, requestId, expected) =>
      held(requestId, () => prepare(world, person, requestId, expected)),
    preparePreliminary: (person, requestId, expected) =>
      held(requestId, () => prepare(world, person, requestId, expected, "preliminary")),
    preparedPdf: async (person, prepareId) => {
      const report = await preparedReport(world, person, prepareId)
      return readWhole(world.spool, documentOf(report, "pdf").place)
    },
    preparedSheet: async (person, prepareId) =>
      reportSheet(world, await preparedReport(world, person, prepareId)),
    sign: async (person, prepareId, pin, assertion) => {
      const { requestId } = await preparedReport(world, person, prepareId)
      return held(requestId, () => sign(world, person, prepareId, pin, assertion))
    },
    signApproved: (person, requestId, pin) =>
      held(requestId, () => signApproved(world, person, requestId, pin)),
    release: async (person, prepareId, assertion) => {
      const { requestId } = await preparedReport(world, person, prepareId)
      return held(requestId, () => releasePreliminary(world, person, prepareId, assertion))
    },
    takeBack: async (person, requestId) => {
      await held(requestId, () => takeBack(world, person, requestId))
      return reading(world, person, requestId)
    },
  }
}
