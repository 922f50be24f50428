/**
 * A report that comes as a CDA document alone, from whom nobody signs: the PDF that is wrapped in it (XDS-SD) becomes a document
 * of its own, in the one that brought it; of any other it is seen before the answer that people will be able to read it.
 */
import { readForeignDocument } from "../../standards/cda/foreign-document.ts"
import { Malformed } from "../../standards/malformed.ts"
import { MIME } from "../codes.ts"
import { uuidOid } from "../ids.ts"
import type { Segment } from "../ports/spool.ts"
import { readWhole } from "../read-whole.ts"
import type { World } from "../world.ts"
import { contentFault } from "./content-fault.ts"
import type { Received } from "./custody.ts"
import { takeClear } from "./take-clear.ts"

/** Throws AcceptanceError InvalidDocumentContent for a document in which nothing can be read. */
export async function withWrappedPdf(
  world: World,
  segment: Segment,
  received: readonly Received[],
): Promise<readonly Received[]> {
  const cda = received.find(({ role }) => role === "cda")
  if (cda === undefined || received.some(({ role }) => role === "pdf")) return received
  const { uniqueId: within, entryUUID } = cda.entry
  try {
    const { body } = readForeignDocument(await readWhole(world.spool, cda.object.place))
    if (body.kind === "text") return received
    const uniqueId = uuidOid(world.chance)
    const meta = { ...cda.object.facts.meta, uniqueId, mimeType: MIME.pdf }
    const object = await takeClear(segment, { uniqueId: within, mimeType: MIME.pdf }, meta, one(body.bytes))
    // Whatever is said of the document that brought it is said of it.
    const sent = { hash: "", sizeBytes: 0 }
    return [...received, { entry: { uniqueId, entryUUID }, within, sent, role: "pdf", object }]
  } catch (error) {
    throw error instanceof Malformed ? contentFault(within, error) : error
  }
}

async function* one(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(file)
}
