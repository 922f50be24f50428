/** What a page tells about a case beside its state, and what a person may rule. */

/**
 * What a person must be told besides where a thing stands on its way:
 * late-images came after release and have not left · conflict-copies of one image came with other bytes, a person chooses ·
 * quarantined: the Study Instance UID is another patient's · proposed: images that may be meant, a person chooses ·
 * incomplete: `count` images are known to be missing · late-supplement, late-after-report: `count` images came after the first
 * sending, the last at `at`, before or after the report was signed · images-withdrawn, withdrawn-after-report: the same of
 * images taken back · nothing-left: every image was taken back ·
 * recalled: the hospital took the whole study back at `at`, and the centre destroys its copy · recall-unconfirmed: it has
 * not certified that yet ·
 * agreement-over: nothing leaves without one · not-sent: given up, may be sent again · refused: it came there, was verified
 * and is refused; may be made anew and sent · delayed: tried again and again ·
 * seal-held: evidence for a signature is missing · seal-failed: what came does not hold · past-term: the agreed term is over,
 * the images stay because somebody still has to do something · term-near: nobody has read them, and they will be erased at
 * the reading centre at `at` · images-gone: erased at the end of the term · images-gone-there: erased at the reading centre
 * before a report came · time-stamp-pending: a report was signed at `at` and no time-stamp authority has answered since ·
 * time-stamp-late: nor within a day · signature-pending: a report was approved at `at`, and whoever holds its reader's key does
 * not answer · signature-asked: it is the reader's turn · signature-stopped: what was approved cannot be
 * signed as it is · signature-late: a day after · preliminary: at the hospital, a preliminary report came at `at`, which nobody has
 * signed · preliminary-sent: at the reading centre, one was released at `at` and its report is not signed · preliminary-late: a day
 * after, at either side · preliminary-changed: the report that came after it says something else, and nobody has received it.
 */
export type NoticeCode =
  | "late-images"
  | "conflict-copies"
  | "quarantined"
  | "proposed"
  | "incomplete"
  | "late-supplement"
  | "late-after-report"
  | "images-withdrawn"
  | "withdrawn-after-report"
  | "nothing-left"
  | "recalled"
  | "recall-unconfirmed"
  | "agreement-over"
  | "not-sent"
  | "refused"
  | "delayed"
  | "seal-held"
  | "seal-failed"
  | "other-patient"
  | "past-term"
  | "term-near"
  | "images-gone"
  | "images-gone-there"
  | "time-stamp-pending"
  | "time-stamp-late"
  | "signature-pending"
  | "signature-asked"
  | "signature-stopped"
  | "signature-late"
  | "preliminary"
  | "preliminary-sent"
  | "preliminary-late"
  | "preliminary-changed"

export interface Notice {
  readonly code: NoticeCode
  /** Error code of errors.ts where there is one. */
  readonly reason: string | null
  /** How many images. */
  readonly count?: number
  /** When it will happen ("term-near"), or has happened. */
  readonly at?: string
}

/** A person's word on whose images came: the known patient's, or somebody else's under that number. */
export type PatientRuling = "same-patient" | "other-patient"
