/** Key object selections as a modality or QA station sends them: images are taken back (IHE IOCM). */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { KEY_OBJECT_SELECTION, writeManifest, type KosTitle } from "../../gateway/standards/dicom/kos.ts"
import { MR_IMAGE_STORAGE, type SmallStudy } from "../peers/dicom-study.ts"
import { MODALITY, OUR_AE, type Gateway } from "./gateway.ts"
import { STORED, type Image } from "./people.ts"

const FILE_META_START_BYTES = 132 + 12

/** A key object selection as a modality or QA station sends it. */
export async function storeNote(
  edge: Gateway,
  of: SmallStudy,
  images: readonly Image[],
  title: KosTitle,
): Promise<void> {
  const shared = {
    ...Object.fromEntries(
      ["PatientName", "IssuerOfPatientID", "PatientBirthDate", "PatientSex"].map((each) => [each, ""]),
    ),
    ...Object.fromEntries(
      ["StudyDate", "StudyTime", "StudyID", "StudyDescription", "ReferringPhysicianName"].map((each) => [
        each,
        "",
      ]),
    ),
    PatientID: of.PatientID,
    AccessionNumber: `X-${of.PatientID}`,
    StudyInstanceUID: of.StudyInstanceUID,
  } as Parameters<typeof writeManifest>[0]["shared"]
  const series = [
    {
      SeriesInstanceUID: "1.2.3.4",
      instances: images.map(({ SOPInstanceUID }) => ({ SOPClassUID: MR_IMAGE_STORAGE, SOPInstanceUID })),
    },
  ]
  const note = writeManifest(
    { shared, series, title, contentDateTime: "20260803091500", manufacturer: "QA", aeTitle: "QA1" },
    randomBytes(32),
  )
  const meta = Buffer.from(note.file).readUInt32LE(FILE_META_START_BYTES - 4)
  const association = { callingAE: MODALITY, calledAE: OUR_AE, remoteAddress: "192.0.2.7" }
  const intake = edge.storage.open(association)
  const sink = intake.begin({
    ...association,
    AffectedSOPClassUID: KEY_OBJECT_SELECTION,
    AffectedSOPInstanceUID: note.SOPInstanceUID,
    TransferSyntaxUID: "1.2.840.10008.1.2.1",
  })
  await sink.write(note.file.subarray(FILE_META_START_BYTES + meta))
  assert.equal((await sink.finish()).status, STORED)
  await intake.end()
}
