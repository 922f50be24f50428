/** The kinds of submission: what each holds, and what it does where it arrives. */
import { acknowledgementContents, acknowledgementEffect } from "./acknowledgement.ts"
import { certificateContents, certificateEffect } from "./deletion-certificate.ts"
import type { ContentsOf } from "./package.ts"
import { recallContents } from "./recall.ts"
import { recallEffect } from "./recall-effect.ts"
import { receiptContents, receiptEffect } from "./receipt.ts"
import { refusalContents, refusalEffect } from "./refusal.ts"
import type { SubmissionKind } from "./records.ts"
import { reportContents } from "./report-contents.ts"
import { reportEffect } from "./report-effect.ts"
import { studyContents } from "./study-contents.ts"
import { studyEffect } from "./study-effect.ts"
import type { Effects } from "./verify.ts"

export const CONTENTS: Readonly<Record<SubmissionKind, ContentsOf>> = {
  study: studyContents,
  report: reportContents,
  receipt: receiptContents,
  refusal: refusalContents,
  recall: recallContents,
  acknowledgement: acknowledgementContents,
  certificate: certificateContents,
}

export const EFFECTS: Effects = {
  study: studyEffect,
  report: reportEffect,
  receipt: receiptEffect,
  refusal: refusalEffect,
  recall: recallEffect,
  acknowledgement: acknowledgementEffect,
  certificate: certificateEffect,
}
