/**
 * Adopt: one CMS message off the wire becomes one sealed object here: same content key, same nonce, same ciphertext; only
 * the trailer is new. Decrypted in memory in the same pass, for tag and SHA-256.
 */
import type { EnvelopeHeader } from "../../standards/cms/envelope-header.ts"
import { readEnvelope } from "../../standards/cms/envelope-reader.ts"
import { cekOrAnother } from "../../standards/cms/unwrap-cek.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"
import { contentFault } from "./content-fault.ts"
import type { Inbound } from "./inbound.ts"
import type { AdoptingWriter, ObjectMeta, SealedObject, Segment } from "../ports/spool.ts"
import type { World } from "../world.ts"
import { encryptionFault, ownObjectKey } from "./object-key.ts"
import { roleIn } from "./roles.ts"

/** Throws AcceptanceError InvalidDocumentContent, with the document's uniqueId as codeContext; SpoolError as it comes. */
export async function adopt(
  world: World,
  inbound: Inbound,
  segment: Segment,
  entry: DocumentEntry,
  octets: AsyncIterable<Uint8Array>,
): Promise<SealedObject> {
  let writer: AdoptingWriter | null = null
  let sealed: SealedObject | null = null
  try {
    for await (const part of readEnvelope(octets)) {
      if (part.kind === "header") writer = await openAdopting(world, segment, part.header)
      else if (part.kind === "ciphertext") await writer?.write(part.bytes)
      else sealed = (await writer?.finish(part.mac, metaOf(world, inbound, entry))) ?? null
    }
  } catch (error) {
    throw encryptionFault(error, entry.uniqueId)
  }
  if (sealed === null) throw contentFault(entry.uniqueId, "the encrypted document is not whole")
  return sealed
}

async function openAdopting(world: World, segment: Segment, header: EnvelopeHeader): Promise<AdoptingWriter> {
  const key = ownObjectKey(world, header)
  const cek = await cekOrAnother(header, key.certificate, key, world.chance)
  try {
    return await segment.adopt("submission", { cek, nonce: header.nonce })
  } finally {
    cek.fill(0)
  }
}

/** What is kept with the object of its document. */
export function metaOf(world: World, inbound: Inbound, entry: DocumentEntry): ObjectMeta {
  return {
    StudyInstanceUID: inbound.StudyInstanceUID,
    SeriesInstanceUID: "",
    uniqueId: entry.uniqueId,
    SOPClassUID:
      roleIn(inbound.agreement, entry, inbound.submission) === "instance"
        ? (entry.formatCode?.code ?? "")
        : "",
    TransferSyntaxUID: "",
    mimeType: entry.mimeType,
    callingAE: "",
    calledAE: "",
    source: inbound.agreement.id,
    receivedAt: world.clock.now().toISOString(),
    supersedes: null,
  }
}
