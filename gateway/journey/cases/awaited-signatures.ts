/** Reports of a case that their reader has approved and nothing has signed yet (`signature-pending`, read/sign-later.ts). */
import type { ApprovedReport } from "../records/report.ts"
import { isOver } from "../route.ts"
import type { CaseFile } from "./cases.ts"

export const awaitedSignatures = ({
  request,
  reports,
}: Pick<CaseFile, "request" | "reports">): readonly ApprovedReport[] =>
  isOver(request.state) ? [] : reports.flatMap(({ approved }) => approved ?? [])
