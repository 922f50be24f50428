/**
 * Split: a unit that the line cuts again and again. A retry is byte-identical, so one that is too large for a line that breaks
 * so often would never get through: it is given up, and its images leave in smaller ones.
 */
import { exportAudit } from "../audit.ts"
import type { SubmissionError } from "../errors.ts"
import { putSubmission } from "../live-slot.ts"
import type { Change, SubmissionRecord } from "../records.ts"
import { take } from "../route.ts"
import { due } from "../run.ts"
import type { World } from "../world.ts"

/** So often a unit is tried as it is. */
const TRIES_WHOLE = 3

/** It was made for a line that carried more, or held longer, than this one: as it is it may never get through. */
export async function isTooLarge(
  world: World,
  { id, partOf, attempts, agreement, bytesTotal }: SubmissionRecord,
): Promise<boolean> {
  if (partOf === undefined || attempts < TRIES_WHOLE) return false
  if (bytesTotal < 2 * world.pace.unitBytes(agreement)) return false
  const images = (await world.ledger.documents(id)).filter(({ role }) => role === "instance")
  return images.length > 1
}

/** It is no part of its delivery any more: should it have arrived after all, nothing names it there. */
export function split(
  world: World,
  { partOf, ...record }: SubmissionRecord,
  { code }: SubmissionError,
): Change[] {
  const state = take("submission-out", record.state, "split")
  const apart: SubmissionRecord = { ...record, state, inDoubt: true, failureCode: code }
  return [
    putSubmission(world, apart),
    exportAudit(world, apart, "minor", world.clock.now().toISOString()),
    ...(partOf === undefined ? [] : [due("package", partOf, world.clock.now())]),
  ]
}
