/**
 * Pack the images of a submission as one ZIP, for a partner that cannot take many documents. It is never written anywhere:
 * its files are the objects as they lie in the spool, each in a row of its own with the header that stands before it; what is
 * sealed anew is a DICOMDIR and the directory behind the files. Hence a retry is the same octets, and no image lies here twice.
 */
import { crc32 } from "node:zlib"
import { MEDIA_STORAGE_DIRECTORY } from "../../standards/dicom/sop-classes.ts"
import { DICOMDIR_FILE } from "../../standards/xdm/layout.ts"
import { zipFrame, type StoredFile } from "../../standards/zip/write-zip.ts"
import { MIME } from "../codes.ts"
import { dicomdirOf } from "../dicomdir.ts"
import { uuidOid, uuidUrn } from "../ids.ts"
import type { Subject } from "../metadata.ts"
import type { SealedObject, Segment, Spool } from "../ports/spool.ts"
import type { DocumentRole } from "../records/submission.ts"
import type { World } from "../world.ts"
import { sealBytes, type Content, type Packed } from "./pack.ts"
import { clearBehind, transmittedHash } from "./wrapping.ts"

interface File extends StoredFile {
  readonly content: Content
  readonly object: SealedObject
}

/** Components of eight characters, upper case, without an extension (PS3.10 8.2). */
const nameOf = (index: number): string => `DICOM/I${String(index + 1).padStart(7, "0")}`

/** The ZIP, and what lies in it. Durable after the segment's sync. */
export async function packZip(
  world: World,
  subject: Subject,
  contents: readonly Content[],
  segment: Segment,
): Promise<readonly Packed[]> {
  const files: File[] = []
  for (const [index, content] of contents.entries())
    files.push(await filed(world, subject, content, nameOf(index), segment))
  const listed = files.map(({ object: { place }, name }) => ({ place, path: name }))
  const dicomdir = contentOf(world, "attachment", await dicomdirOf(world, listed), MEDIA_STORAGE_DIRECTORY)
  // First, as a medium has it: who reads the stream knows what is coming.
  const frame = zipFrame(
    [await filed(world, subject, dicomdir, DICOMDIR_FILE, segment), ...files],
    world.clock.now(),
  )
  const zip = contentOf(world, "zip", frame.tail)
  const object = await sealBytes(world, subject, zip, frame.tail, segment)
  const inside = frame.files.map((each) => packedInside(zip, each))
  const wrapping = { ...clearBehind(new Uint8Array(0), object), lengthBytes: frame.lengthBytes }
  const hash = await transmittedHash(world.spool, object.place, {
    ...wrapping,
    mimeType: zip.mimeType,
    inside: inside.map((each) => ({
      ...each.wrapping,
      mimeType: each.content.mimeType,
      place: each.object.place,
    })),
  })
  const facts = { ...zip, entryUUID: uuidUrn(world.chance), hash, sizeBytes: frame.lengthBytes }
  return [{ content: zip, object, facts, wrapping, signed: signedOf(zip, object) }, ...inside]
}

const contentOf = (
  world: World,
  role: Extract<DocumentRole, "zip" | "attachment">,
  bytes: Uint8Array,
  SOPClassUID = "",
): Content => ({
  role,
  uniqueId: uuidOid(world.chance),
  title: role === "zip" ? "画像（ZIP）" : "",
  mimeType: role === "zip" ? MIME.zip : MIME.dicom,
  SOPClassUID,
  SOPInstanceUID: "",
  createdAt: world.clock.now(),
  purposes: [],
  legalAuthenticator: null,
  body: { bytes },
})

/** Sealed, if it is not yet, and read once for its CRC-32: that stands before it. */
async function filed(
  world: World,
  subject: Subject,
  content: Content,
  name: string,
  segment: Segment,
): Promise<File> {
  const { body } = content
  const object =
    "sealed" in body ? body.sealed : await sealBytes(world, subject, content, body.bytes, segment)
  return {
    content,
    object,
    name,
    lengthBytes: object.facts.clearLengthBytes,
    crc32: await crcOf(world.spool, object),
  }
}

async function crcOf(spool: Spool, { place }: SealedObject): Promise<number> {
  let crc = 0
  for await (const piece of (await spool.open(place)).clear()) crc = crc32(piece, crc)
  return crc
}

/** By itself it is no document: nothing of it stands in the metadata. */
const packedInside = (
  { uniqueId: within }: Content,
  { file: { content, object }, head }: { readonly file: File; readonly head: Uint8Array },
): Packed => ({
  content,
  object,
  within,
  facts: { ...content, entryUUID: "", hash: "", sizeBytes: 0 },
  wrapping: clearBehind(head, object),
  signed: signedOf(content, object),
})

const signedOf = ({ uniqueId, mimeType }: Content, { facts }: SealedObject): Packed["signed"] => ({
  uniqueId,
  sha256: facts.sha256,
  mimeType,
})
