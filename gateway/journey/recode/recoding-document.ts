/** The recoding document of a study: what it says where it is sent, and what is kept of it where it arrives. */
import { readRecoding, writeRecoding } from "../../standards/notice/recoding.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { Content } from "../submit/pack.ts"
import type { ObjectPlace } from "../ports/spool.ts"
import { notice } from "../verify/receipt.ts"
import { readWhole } from "../read-whole.ts"
import type { InstanceRecord, OriginalRecord } from "../records/instance.ts"
import type { StudyRecord } from "../records/study.ts"
import type { DocumentRecord } from "../records/submission.ts"
import type { World } from "../world.ts"

/** The file of an instance that leaves: its recoded one when there is one. */
export function travelling(instance: InstanceRecord): {
  readonly place: ObjectPlace
  readonly sha256: string
  readonly clearLengthBytes: number
} {
  return instance.recoding?.kind === "recoded" ? instance.recoding : instance
}

/** The document; none when the agreement lets all images travel as received. */
export function recodingContents(
  world: World,
  study: StudyRecord,
  instances: readonly InstanceRecord[],
): readonly Content[] {
  if (instances.every((each) => each.recoding === null)) return []
  const form = notice(world, "recoding", "Recoding", new Uint8Array(0))
  const bytes = writeRecoding({
    documentId: form.uniqueId,
    StudyInstanceUID: study.private.StudyInstanceUID,
    recoded: instances
      .filter((each) => each.recoding?.kind === "recoded")
      .map((each) => ({
        SOPInstanceUID: each.private.SOPInstanceUID,
        sha256: travelling(each).sha256,
        original: originalOf(each),
      })),
    asReceived: instances.flatMap(({ recoding, sha256, private: { SOPInstanceUID } }) =>
      recoding?.kind === "recoded"
        ? []
        : [{ SOPInstanceUID, sha256, reason: recoding?.reason ?? "not-agreed" }],
    ),
  })
  return [{ ...form, body: { bytes } }]
}

const originalOf = (instance: InstanceRecord): OriginalRecord => ({
  sha256: instance.sha256,
  sha256DataSet: instance.sha256DataSet,
  lengthBytes: instance.clearLengthBytes,
  TransferSyntaxUID: instance.private.TransferSyntaxUID,
})

/**
 * Instances as they arrived, each bound to the original its sender signed for.
 *
 * @throws Malformed RECODING_BINDING when the document and the images contradict each other
 */
export async function withOriginals(
  world: World,
  study: StudyRecord,
  documents: readonly DocumentRecord[],
  instances: readonly InstanceRecord[],
): Promise<InstanceRecord[]> {
  const document = documents.find((each) => each.role === "recoding")
  if (document === undefined) return [...instances]
  const said = readRecoding(await readWhole(world.spool, document.place))
  if (said.StudyInstanceUID !== study.private.StudyInstanceUID) throw contradiction("another study")
  const named = new Map<string, { SOPInstanceUID: string; original?: OriginalRecord }>(
    [...said.recoded, ...said.asReceived].map((each) => [each.sha256, each]),
  )
  const bound = instances.map((instance) => {
    const entry = named.get(instance.sha256)
    if (entry?.SOPInstanceUID !== instance.private.SOPInstanceUID)
      throw contradiction("an image it does not name")
    named.delete(instance.sha256)
    return { ...instance, original: entry.original ?? null }
  })
  if (named.size > 0) throw contradiction("a file that did not come")
  return bound
}

const contradiction = (what: string): Malformed =>
  new Malformed("RECODING_BINDING", "urn:dokuei:recoding:1", `the recoding document is about ${what}`)
