/** Instances that were judged and are not in the ledger yet: each copy once, however many associations bring it. */
import type { SealedObject } from "../ports/spool.ts"
import { hex } from "../ids.ts"

/** One arriving copy of an instance, before it is kept. */
export interface InstanceCopy {
  readonly SOPInstanceUID: string
  readonly sha256DataSet: Uint8Array
}

export const copyOf = ({ facts }: SealedObject): InstanceCopy => ({
  SOPInstanceUID: facts.meta.uniqueId,
  sha256DataSet: facts.sha256DataSet,
})

export type FreshInstances = ReturnType<typeof freshInstances>

/** By study and SOP Instance UID: data set digest → is it durable? */
export function freshInstances() {
  const byInstance = new Map<string, Map<string, PromiseWithResolvers<boolean>>>()
  const key = (studyId: string, copy: InstanceCopy): string => `${studyId}/${copy.SOPInstanceUID}`
  const digestOf = (copy: InstanceCopy): string => hex(copy.sha256DataSet)
  const settle = (studyId: string, copy: InstanceCopy, durable: boolean): void =>
    byInstance.get(key(studyId, copy))?.get(digestOf(copy))?.resolve(durable)
  const forget = (studyId: string, copy: InstanceCopy): void => {
    const copies = byInstance.get(key(studyId, copy))
    copies?.delete(digestOf(copy))
    if (copies?.size === 0) byInstance.delete(key(studyId, copy))
  }
  return {
    /** `durable` is null for the first of its kind, which is then entered. */
    enter: (studyId: string, copy: InstanceCopy): { durable: Promise<boolean> | null; others: number } => {
      const copies = byInstance.get(key(studyId, copy)) ?? new Map<string, PromiseWithResolvers<boolean>>()
      const known = copies.get(digestOf(copy))
      if (known !== undefined) return { durable: known.promise, others: copies.size - 1 }
      byInstance.set(key(studyId, copy), copies.set(digestOf(copy), Promise.withResolvers<boolean>()))
      return { durable: null, others: copies.size - 1 }
    },
    /** Whoever waits for this copy is told. */
    settle,
    /** Its row is in the ledger, where it is found from now on. */
    forget,
    /** Both: the copy is not, or no longer, on its way. */
    leave: (studyId: string, copy: InstanceCopy, durable: boolean): void => {
      settle(studyId, copy, durable)
      forget(studyId, copy)
    },
  }
}
