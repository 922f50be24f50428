/**
 * The agreed term of images: when it ends, and from when people are told that it is near.
 *
 * At the reading centre images are never kept longer than agreed, read or not (domain.md 6). At the hospital they are its
 * own: what has not left, or was not judged by a person, stays.
 */
import { erasureOf, lastAt, type CaseFile } from "../cases/case-file.ts"
import { agreementOf, cameFromPartner, isErased } from "../keep.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import { isOver } from "../route.ts"
import type { World } from "../world.ts"

/** People are told in the last part of a term: this share of it, and no more than two days. */
export const NEAR_SHARE = 0.2
export const NEAR_MS = 48 * 60 * 60 * 1000

/** The end of this copy; null while its term has not begun. Later, where agreed, while one of its cases is not over. */
export function endOfImages(
  world: World,
  study: StudyRecord,
  requests: readonly RequestRecord[],
): Date | null {
  if (study.keepUntil === null) return null
  const isUnread = cameFromPartner(study) && requests.some((each) => !isOver(each.state))
  const { imagesMs, unreadMs } = termsOf(world, study.agreement)
  return new Date(new Date(study.keepUntil).getTime() + (isUnread ? unreadMs - imagesMs : 0))
}

/** Images of this house that were answered with success and have not left, or contradict each other; none a person took back. */
export const isHeldBack = ({ state, late, conflicts = 0 }: StudyRecord): boolean =>
  state !== "recalled" && (late > 0 || conflicts > 0)

/** When the images of a case that waits for its report end at the reading centre, if that is near; else null. */
export function nearEnd(world: World, file: CaseFile): Date | null {
  const end = isAwaited(file) ? endAtCenter(world, file) : null
  if (end === null) return null
  const { unreadMs } = termsOf(world, file.request.agreement)
  const leadMs = Math.min(NEAR_MS, unreadMs * NEAR_SHARE)
  const leftMs = end.getTime() - world.clock.now().getTime()
  return leftMs > 0 && leftMs <= leadMs ? end : null
}

/** Did the reading centre erase what we sent last before its report came? It says so in its certificate. */
export function isGoneUnread(file: CaseFile): boolean {
  const sent = lastAt(file, "out", "study", "acceptedAt")
  return (
    isAwaited(file) &&
    sent !== null &&
    file.certificates.filter(erasureOf(file.request.agreement)).some(({ at }) => at > sent)
  )
}

/** Somebody is still to read it: at the hospital, no report has come that holds. */
function isAwaited({ request, reports, study }: CaseFile): boolean {
  if (isOver(request.state)) return false
  if (study !== null && cameFromPartner(study)) return true
  return !reports.some(({ private: { signature } }) => signature !== null && signature.outcome !== "invalid")
}

/** The hospital knows from its agreement, and from when its images were verified there. */
function endAtCenter(world: World, file: CaseFile): Date | null {
  const { study, request } = file
  if (study !== null && cameFromPartner(study))
    return isErased(study) ? null : endOfImages(world, study, [request])
  const arrived = lastAt(file, "out", "study", "verifiedAt") ?? lastAt(file, "out", "study", "acceptedAt")
  if (arrived === null || isGoneUnread(file)) return null
  return new Date(new Date(arrived).getTime() + termsOf(world, request.agreement).unreadMs)
}

/** Of an agreement that is gone we know no longer term than the one that runs. */
function termsOf(world: World, agreement: string | null): { imagesMs: number; unreadMs: number } {
  const terms = agreementOf(world, agreement)?.retention
  if (terms === undefined) return { imagesMs: 0, unreadMs: 0 }
  return { imagesMs: terms.imagesMs, unreadMs: terms.unreadImagesMs ?? terms.imagesMs }
}
