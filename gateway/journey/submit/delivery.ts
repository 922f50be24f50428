/**
 * Delivery: what a study's submission has to bring, and how much of that its units have brought. It is what was here when it
 * was released; what comes later leaves after it. Asked anew before each unit: what was withdrawn meanwhile does not leave.
 */
import { MAX_REFERENCES } from "../../standards/dsg/signature-document.ts"
import type { Agreement } from "../agreement.ts"
import { isOpenEnded } from "../assemble/open-ended.ts"
import { openConflicts, selected } from "../assemble/selection.ts"
import { arrivedThere, erasedThere, notThere } from "../assemble/supplement.ts"
import { found } from "../desk-guards.ts"
import { InstanceError } from "../errors.ts"
import type { UnitsStanding } from "../records/line.ts"
import { travelling } from "../recode/recoding-document.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import type { Leftover, SeenDelivery } from "./leftovers.ts"

/** Whoever takes one takes its metadata in one piece. */
export const MAX_UNIT_IMAGES = 500
/** What closes a delivery signs for each of its units, and for two documents of its own. */
export const MAX_UNITS = MAX_REFERENCES - 2

export interface Delivery extends Leftover {
  readonly study: StudyRecord
  /** Null where only what is left is known, from the unit before. */
  readonly whole: Counted | null
  readonly units: UnitsStanding
  readonly seen: SeenDelivery
}

/** Read whole, at once: what the manifest names, and what of that is in no unit. */
export interface Counted extends Leftover {
  readonly counting: readonly InstanceRecord[]
}

/** @throws InstanceError ERR_INSTANCE_COPIES while nobody has chosen between copies that contradict each other */
export async function deliveryOf(world: World, record: SubmissionRecord): Promise<Delivery> {
  const study = found(record.studyId === null ? null : await world.ledger.study(record.studyId), "study")
  // What the other side has erased since was not brought.
  const erasedAt = await erasedThere(world, study.id, record.agreement)
  const units = await world.ledger.unitsOf(record.id, erasedAt)
  const seen = { studyRevision: study.revision ?? 0, unitsMade: units.made, erasedAt }
  const known = world.leftovers.of(record.id, seen)
  if (known !== null) return { ...known, study, units, seen, whole: null }
  const whole = await counted(world, record, study, seen)
  const { brings, left } = whole
  // While it comes in each look finds more.
  if (isOpenEnded(record)) return { brings, left, study, units, seen, whole }
  world.leftovers.keep(record.id, seen, { brings, left })
  return { brings, left, study, units, seen, whole }
}

/** @throws InstanceError ERR_INSTANCE_COPIES while nobody has chosen between copies that contradict each other */
export async function counted(
  world: World,
  record: SubmissionRecord,
  study: StudyRecord,
  { erasedAt }: SeenDelivery,
): Promise<Counted> {
  const all = await world.ledger.instances(study.id)
  if (openConflicts(study, all).length > 0)
    throw new InstanceError("ERR_INSTANCE_COPIES", "copies of an image contradict each other")
  const counting = releasedOf(study, record, selected(study, all))
  const there = await arrivedThere(world, study, record.requestId ?? "", record.id)
  // What the other side has is named by the manifest and does not travel again.
  const brings = there === null || there === "open" ? counting : notThere(there, counting)
  const objects = await world.ledger.objectsInUnits(record.id, erasedAt)
  return { counting, brings: brings.length, left: notThere({ objects }, brings) }
}

/**
 * Without what came after its release. By the clock, and only where something is known to have come late: that is looked at
 * again when this has arrived, so that nothing is left behind by a clock that was set back.
 */
function releasedOf(
  { late }: StudyRecord,
  { createdAt, releasedAt }: SubmissionRecord,
  counting: readonly InstanceRecord[],
): readonly InstanceRecord[] {
  const at = releasedAt ?? createdAt
  return late === 0 ? counting : counting.filter(({ receivedAt }) => receivedAt <= at)
}

export type Next =
  /** Nothing of it is a unit, nor need be; or all of it is there: the submission itself leaves. */
  | { readonly kind: "itself" }
  | { readonly kind: "unit"; readonly images: readonly InstanceRecord[] }
  /** As many units are under way as may be. */
  | { readonly kind: "waits" }
  /** A unit was given up: what closes them would name what is not there. */
  | { readonly kind: "stopped"; readonly failureCode: string }

/** What is to be made of it now. On a medium nothing waits for the line: every unit is made, and then what closes them. */
export function nextOf(
  { pace }: Pick<World, "pace">,
  { id, units: terms, line }: Agreement,
  { units, left }: Pick<Delivery, "units" | "left">,
  { onMedium, releasedAt }: Pick<SubmissionRecord, "onMedium" | "releasedAt"> = {},
): Next {
  const { made, failureCode } = units
  if (failureCode !== null) return { kind: "stopped", failureCode }
  const isOpen = isOpenEnded({ releasedAt })
  if (!isOpen && made === 0 && (terms === "off" || isOnePiece(left, pace.wholeBytes(id))))
    return { kind: "itself" }
  const underWay = onMedium === true ? 0 : units.underWay
  if (left.length === 0) return { kind: underWay === 0 && !isOpen ? "itself" : "waits" }
  // The first one founds the study where it arrives: it goes alone.
  const isFounded = made > underWay
  if (underWay >= (isFounded ? line.inFlight : 1)) return { kind: "waits" }
  const unitBytes = pace.unitBytes(id, pace.inFlight(id, line.inFlight))
  const images = filled(left, unitBytes, leastImages(units, left))
  // More may come: what does not fill a unit waits for it.
  return isOpen && images.length === left.length ? { kind: "waits" } : { kind: "unit", images }
}

const isOnePiece = (images: readonly InstanceRecord[], maxBytes: number): boolean =>
  filled(images, maxBytes).length === images.length

/** However small the line wants them: of more units than one signature can name nothing would ever be closed. */
const leastImages = ({ made }: UnitsStanding, { length }: readonly InstanceRecord[]): number =>
  Math.ceil(length / Math.max(1, MAX_UNITS - made))

/** From the first on, as many as fit; one that is larger by itself goes alone. */
function filled(images: readonly InstanceRecord[], maxBytes: number, least = 1): readonly InstanceRecord[] {
  let bytes = 0
  const tooMany = images.findIndex((each, index) => {
    bytes += lengthOf(each)
    return index === MAX_UNIT_IMAGES || (index >= least && bytes > maxBytes)
  })
  return tooMany === -1 ? images : images.slice(0, tooMany)
}

/** As it will travel; encryption adds a few hundred bytes. */
export const lengthOf = (image: InstanceRecord): number => travelling(image).clearLengthBytes
