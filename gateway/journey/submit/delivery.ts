/**
 * Delivery: what a study's submission has to bring, and how much of that its units have brought. It is what was here when it
 * was released; what comes later leaves after it. Asked anew before each unit: what was withdrawn meanwhile does not leave.
 */
import { MAX_REFERENCES } from "../../standards/dsg/signature-document.ts"
import type { Agreement } from "../agreement.ts"
import { openConflicts, selected } from "../assemble/selection.ts"
import { arrivedThere, notThere } from "../assemble/supplement.ts"
import { isUnderWay } from "../cases/case-file.ts"
import { found } from "../desk-guards.ts"
import { InstanceError } from "../errors.ts"
import { travelling } from "../recode/recoding-document.ts"
import type { DocumentRecord, InstanceRecord, StudyRecord, SubmissionRecord } from "../records.ts"
import type { World } from "../world.ts"

/** Whoever takes one takes its metadata in one piece. */
export const MAX_UNIT_IMAGES = 500
/** What closes a delivery signs for each of its units, and for two documents of its own. */
export const MAX_UNITS = MAX_REFERENCES - 2

export interface Unit {
  readonly record: SubmissionRecord
  readonly documents: readonly DocumentRecord[]
}

export interface Delivery {
  readonly study: StudyRecord
  /** Every image that counts: what the manifest will name. */
  readonly counting: readonly InstanceRecord[]
  /** Of those the ones the other side does not have by an earlier delivery. */
  readonly brings: readonly InstanceRecord[]
  readonly units: readonly Unit[]
  /** In no unit yet. */
  readonly left: readonly InstanceRecord[]
}

/** @throws InstanceError ERR_INSTANCE_COPIES while nobody has chosen between copies that contradict each other */
export async function deliveryOf(world: World, record: SubmissionRecord): Promise<Delivery> {
  const study = found(record.studyId === null ? null : await world.ledger.study(record.studyId), "study")
  const all = await world.ledger.instances(study.id)
  if (openConflicts(study, all).length > 0)
    throw new InstanceError("ERR_INSTANCE_COPIES", "copies of an image contradict each other")
  const counting = releasedOf(study, record, selected(study, all))
  const there = await arrivedThere(world, study, record.requestId ?? "", record.id)
  // What the other side has is named by the manifest and does not travel again.
  const brings = there === null || there === "open" ? counting : notThere(there, counting)
  const units = await unitsOf(world, record)
  const objects = new Set(units.flatMap(({ documents }) => documents.map(({ place }) => place.objectId)))
  return { study, counting, brings, units, left: notThere({ objects }, brings) }
}

/**
 * Without what came after its release. By the clock, and only where something is known to have come late: that is looked at
 * again when this has arrived, so that nothing is left behind by a clock that was set back.
 */
function releasedOf(
  { late }: StudyRecord,
  { createdAt }: SubmissionRecord,
  counting: readonly InstanceRecord[],
): readonly InstanceRecord[] {
  return late === 0 ? counting : counting.filter(({ receivedAt }) => receivedAt <= createdAt)
}

/** What we have made of this submission so far, oldest first. */
export async function unitsOf(world: World, { id, studyId }: SubmissionRecord): Promise<readonly Unit[]> {
  const beside = studyId === null ? [] : await world.ledger.submissionsOf({ studyId })
  const units = beside.filter(({ partOf }) => partOf === id)
  return Promise.all(
    units.map(async (record) => ({ record, documents: await world.ledger.documents(record.id) })),
  )
}

export type Next =
  /** Nothing of it is a unit, nor need be; or all of it is there: the submission itself leaves. */
  | { readonly kind: "itself" }
  | { readonly kind: "unit"; readonly images: readonly InstanceRecord[] }
  /** As many units are under way as may be. */
  | { readonly kind: "waits" }
  /** A unit was given up: what closes them would name what is not there. */
  | { readonly kind: "stopped"; readonly failureCode: string }

/** What is to be made of it now. */
export function nextOf(world: World, agreement: Agreement, { units, left }: Delivery): Next {
  const failed = units.find(({ record }) => record.state === "failed")
  if (failed !== undefined) return { kind: "stopped", failureCode: failed.record.failureCode ?? "UNEXPECTED" }
  const images = filled(left, Math.max(world.pace.unitBytes(agreement.id), leastBytes(units, left)))
  const isWhole = units.length === 0 && (agreement.units === "off" || images.length === left.length)
  if (isWhole) return { kind: "itself" }
  const underWay = units.filter(({ record }) => isUnderWay(record)).length
  if (left.length === 0) return { kind: underWay === 0 ? "itself" : "waits" }
  // The first one founds the study where it arrives: it goes alone.
  const isFounded = units.length > underWay
  return underWay < (isFounded ? agreement.line.inFlight : 1) ? { kind: "unit", images } : { kind: "waits" }
}

/** However small the line wants them: of more units than one signature can name nothing would ever be closed. */
function leastBytes({ length }: Delivery["units"], left: Delivery["left"]): number {
  const bytes = left.reduce((sum, each) => sum + lengthOf(each), 0)
  // Twice a fair share: a unit may be half empty, when the next image does not fit any more.
  return (2 * bytes) / Math.max(1, MAX_UNITS - length)
}

/** From the first on, as many as fit; one that is larger by itself goes alone. */
function filled(images: readonly InstanceRecord[], maxBytes: number): readonly InstanceRecord[] {
  let bytes = 0
  const tooMany = images.findIndex((each, index) => {
    bytes += lengthOf(each)
    return index === MAX_UNIT_IMAGES || (index > 0 && bytes > maxBytes)
  })
  return tooMany === -1 ? images : images.slice(0, tooMany)
}

/** As it will travel; encryption adds a few hundred bytes. */
export const lengthOf = (image: InstanceRecord): number => travelling(image).clearLengthBytes
