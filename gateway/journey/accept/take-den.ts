/**
 * Take DEN: a document under Document Encryption is decrypted while it comes and sealed at once, under a key of our own. CBC
 * guards nothing: the object is finished, and so becomes one, only after the digest inside has been compared.
 */
import { unwrapCek } from "../../standards/cms/unwrap-cek.ts"
import { readDen } from "../../standards/den/read.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"
import type { ObjectMeta, SealedObject, Segment } from "../ports/spool.ts"
import type { World } from "../world.ts"
import { contentFault } from "./content-fault.ts"
import { encryptionFault, ownObjectKey } from "./object-key.ts"
import { takeClear } from "./take-clear.ts"

/** Throws AcceptanceError InvalidDocumentContent, with the document's uniqueId as codeContext; SpoolError as it comes. */
export async function takeDen(
  world: World,
  segment: Segment,
  entry: DocumentEntry,
  meta: ObjectMeta,
  octets: AsyncIterable<Uint8Array>,
): Promise<SealedObject> {
  const clear = opened(world, entry, octets)
  const first = await clear.next()
  if (first.done === true) throw contentFault(entry.uniqueId, "the encrypted document is empty")
  // What it is stands inside, and has to be so.
  const { mimeType } = first.value
  return takeClear(
    segment,
    { uniqueId: entry.uniqueId, mimeType },
    { ...meta, mimeType },
    chained(first.value.clear, clear),
  )
}

async function* opened(world: World, { uniqueId }: DocumentEntry, octets: AsyncIterable<Uint8Array>) {
  try {
    yield* readDen(octets, (header) => {
      const key = ownObjectKey(world, header)
      return unwrapCek(header, key.certificate, key)
    })
  } catch (error) {
    throw error instanceof Malformed ? encryptionFault(error, uniqueId) : error
  }
}

async function* chained(first: Uint8Array, rest: ReturnType<typeof opened>): AsyncGenerator<Uint8Array> {
  yield first
  for await (const { clear } of rest) yield clear
}
