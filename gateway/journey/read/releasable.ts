/** Whether a preliminary document of a case may be released (preliminary.ts). */
import { isPreliminaryAgreed } from "../cases/preliminary.ts"
import { ReportError } from "../errors.ts"
import { agreementInForce } from "../keep.ts"
import { parentOf } from "../lineage.ts"
import { isSealing } from "../packaging.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import { isRecalled } from "../retain/recall.ts"
import type { World } from "../world.ts"

/** Agreed now, with who takes it for what it is, and for images that somebody still waits for. */
export function isReleasable(world: World, request: RequestRecord): boolean {
  const agreement = agreementInForce(world, request.agreement)
  return (
    agreement !== null &&
    isSealing(agreement) &&
    isPreliminaryAgreed(agreement, request) &&
    !isRecalled(request)
  )
}

/** @throws ReportError ERR_REPORT_STATE: after something was signed there are corrections and addenda */
export function checkReleasable(world: World, request: RequestRecord, report: ReportRecord): void {
  if (parentOf(report) !== null)
    throw new ReportError(
      "ERR_REPORT_STATE",
      "a report of this case is signed; nothing preliminary follows it",
    )
  if (!isReleasable(world, request))
    throw new ReportError("ERR_REPORT_STATE", "preliminary reports are not agreed for this case")
}
