/** Notices: what a person must be told of a case besides where it stands on its way. */
import { changedImages, missingImages } from "./changed-images.ts"
import { agreementInForce, cameFromPartner, isErased, takesNotices } from "../keep.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { Notice, NoticeCode } from "../views/notice.ts"
import type { SignatureWait } from "../views/reading.ts"
import { erasureOf, isUnderWay, lastAt, stopped, type CaseFile } from "./case-file.ts"
import { awaitedSignatures } from "./awaited-signatures.ts"
import { finalAmong, finalAwaitedSince, isChanged, releasedPreliminary } from "./preliminary.ts"
import { isLate, pendingSince } from "../submit/pending-stamps.ts"
import { isGoneUnread, isHeldBack, nearEnd } from "../retain/term.ts"
import type { World } from "../world.ts"

const notice = (code: NoticeCode, reason: string | null = null): Notice => ({ code, reason })
const nearNotice = (end: Date): Notice => ({ ...notice("term-near"), at: end.toISOString() })

const recalledNotice = (at: string): Notice => ({ ...notice("recalled"), at })

/** Of a case, at either side. */
export function notices(world: World, file: CaseFile): Notice[] {
  const { request, study, submissions } = file
  const waits = submissions.some((each) => each.direction === "out" && isUnderWay(each))
  // What was taken back has no term without the agreement it had.
  const isKeptForGood = study?.state === "recalled" && study.keepUntil === null
  const isStopped = waits || study?.state === "complete" || isKeptForGood
  const isLast = new Set(stopped(file))
  const near = nearEnd(world, file)
  return [
    ...(request.recalledAt !== undefined
      ? [recalledNotice(request.recalledAt)]
      : study === null
        ? []
        : studyNotices(study)),
    ...(isUnconfirmed(world, file) ? [notice("recall-unconfirmed")] : []),
    ...(study === null || isErased(study) ? [] : changedImages(study, file)),
    ...(study !== null && isPastTerm(world, study) ? [notice("past-term")] : []),
    ...(near === null ? [] : [nearNotice(near)]),
    ...(isGoneUnread(file) ? [notice("images-gone-there")] : []),
    ...(isStopped && agreementInForce(world, request.agreement) === null ? [notice("agreement-over")] : []),
    ...submissions.filter((each) => each.state !== "failed" || isLast.has(each)).flatMap(submissionNotices),
    ...pendingStamps(file, world.clock.now()),
    ...pendingSignatures(file, world.clock.now()),
    ...preliminaryNotices(file, world.clock.now()),
    ...file.jobs.slice(0, 1).map((job) => notice("delayed", job.failureCode)),
  ]
}

/** The oldest says since when. */
function pendingStamps({ reports }: CaseFile, now: Date): Notice[] {
  const [first] = pendingSince(reports)
  if (first === undefined) return []
  return [{ ...notice(isLate(first, now) ? "time-stamp-late" : "time-stamp-pending"), at: first }]
}

/** Of a case that is over nobody waits for one. */
function pendingSignatures(file: CaseFile, now: Date): Notice[] {
  return awaitedSignatures(file).map(({ at, waitsFor }) => {
    const [code, reason] = WAITS[waitsFor]
    return { ...notice(isLate(at, now) ? "signature-late" : code, reason), at }
  })
}

/** While the report is awaited; then, until it is received, whether it says something else. */
function preliminaryNotices(file: CaseFile, now: Date): Notice[] {
  const since = finalAwaitedSince(file)
  if (since !== null) {
    const code = releasedPreliminary(file) === null ? "preliminary" : "preliminary-sent"
    return [{ ...notice(isLate(since, now) ? "preliminary-late" : code), at: since }]
  }
  return isChanged(file) && finalAmong(file)?.acknowledgedAt === null ? [notice("preliminary-changed")] : []
}

const WAITS: Readonly<Record<SignatureWait, readonly [NoticeCode, reason: string | null]>> = {
  service: ["signature-pending", null],
  login: ["signature-asked", null],
  pin: ["signature-asked", null],
  card: ["signature-asked", null],
  consent: ["signature-asked", null],
  images: ["signature-stopped", "ERR_SIGN_IMAGES"],
  certificate: ["signature-stopped", "ERR_SIGN_CERTIFICATE"],
}

/** It was taken back, and the reading centre has not certified that its copy is gone: one that reads no notices never does. */
function isUnconfirmed(world: World, file: CaseFile): boolean {
  const { request, submissions, certificates } = file
  const sent = lastAt(file, "out", "study", "acceptedAt") ?? ""
  const isTold = submissions.some(({ direction, kind }) => direction === "out" && kind === "recall")
  const isUntold = request.recalledAt !== undefined && sent !== "" && !takesNotices(world, request.agreement)
  if (!isTold && !isUntold) return false
  return !certificates.filter(erasureOf(request.agreement)).some(({ at }) => at > sent)
}

/** Of images, whether anybody asked for them or not. */
export function studyNotices(study: StudyRecord): Notice[] {
  if (typeof study.recalledAt === "string") return [recalledNotice(study.recalledAt)]
  if (isErased(study)) return [notice("images-gone")]
  return [
    ...(study.state === "quarantined" ? [notice("quarantined", "ERR_INSTANCE_QUARANTINED")] : []),
    ...(study.late > 0 && !cameFromPartner(study) ? [notice("late-images")] : []),
    ...((study.conflicts ?? 0) > 0 ? [notice("conflict-copies")] : []),
    ...missingImages(study),
  ]
}

export function submissionNotices({
  direction,
  state,
  acceptedAt,
  failureCode,
  private: { verdict },
}: SubmissionRecord): Notice[] {
  if (direction === "out")
    return state === "failed" ? [notice(acceptedAt === null ? "not-sent" : "refused", failureCode)] : []
  if (state === "failed") return [notice("seal-failed", failureCode)]
  return state === "accepted" && verdict !== null ? [notice("seal-held")] : []
}

function isPastTerm(world: World, study: StudyRecord): boolean {
  const isOver = study.keepUntil !== null && new Date(study.keepUntil) <= world.clock.now()
  return isOver && !isErased(study) && !cameFromPartner(study) && isHeldBack(study)
}
