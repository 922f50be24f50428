/** The kinds of submission: what each holds, and what it does where it arrives. */
import { acknowledgementContents, acknowledgementEffect } from "../verify/acknowledgement.ts"
import { certificateContents, certificateEffect } from "../retain/deletion-certificate.ts"
import type { ContentsOf } from "./package.ts"
import { phantomContents, phantomEffect } from "../self-test/phantom-study.ts"
import { phantomReportContents, phantomReportEffect } from "../self-test/phantom-report.ts"
import { recallContents } from "../retain/recall.ts"
import { recallEffect } from "../retain/recall-effect.ts"
import { receiptContents, receiptEffect } from "../verify/receipt.ts"
import { refusalContents, refusalEffect } from "../verify/refusal.ts"
import type { SubmissionKind } from "../records/submission.ts"
import { preliminaryContents } from "./preliminary-contents.ts"
import { preliminaryEffect } from "../verify/preliminary-effect.ts"
import { reportContents } from "./report-contents.ts"
import { reportEffect } from "../verify/report-effect.ts"
import { stampContents } from "./stamp-contents.ts"
import { stampEffect } from "../verify/stamp-effect.ts"
import { studyContents } from "./study-contents.ts"
import { studyEffect } from "../verify/study-effect.ts"
import { unitEffect } from "../verify/unit-effect.ts"
import type { Effects } from "../verify/verify.ts"

/** Units are born ready to be sent: `study-contents.ts`. */
const neverPlanned: ContentsOf = () => Promise.reject(new Error("no unit is ever planned"))

export const CONTENTS: Readonly<Record<SubmissionKind, ContentsOf>> = {
  study: studyContents,
  unit: neverPlanned,
  report: reportContents,
  stamp: stampContents,
  preliminary: preliminaryContents,
  receipt: receiptContents,
  refusal: refusalContents,
  recall: recallContents,
  acknowledgement: acknowledgementContents,
  certificate: certificateContents,
  phantom: phantomContents,
  "phantom-report": phantomReportContents,
}

export const EFFECTS: Effects = {
  study: studyEffect,
  unit: unitEffect,
  report: reportEffect,
  stamp: stampEffect,
  preliminary: preliminaryEffect,
  receipt: receiptEffect,
  refusal: refusalEffect,
  recall: recallEffect,
  acknowledgement: acknowledgementEffect,
  certificate: certificateEffect,
  phantom: phantomEffect,
  "phantom-report": phantomReportEffect,
}
