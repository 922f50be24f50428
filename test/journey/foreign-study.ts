/** A study as a hospital of another make has it, with a manifest, and who sends it. */
import { writeManifest, sharedAttributes } from "../../gateway/standards/dicom/kos.ts"
import { readPart10, type DataSet } from "../../gateway/standards/dicom/data-set.ts"
import { fileMetaBytes } from "../../gateway/standards/dicom/part10.ts"
import { countedChance } from "../peers/chance.ts"
import { AT_CENTER, AT_HOSPITAL, CENTER, HOSPITAL } from "./agreements.ts"
import { study } from "./people.ts"
import { KOS, MR, type ForeignDocument } from "./unmarked.ts"

export const fileMeta = (SOPInstanceUID: string, SendingApplicationEntityTitle = "ANOTHER"): Uint8Array =>
  fileMetaBytes({
    MediaStorageSOPClassUID: MR.code,
    MediaStorageSOPInstanceUID: SOPInstanceUID,
    TransferSyntaxUID: "1.2.840.10008.1.2.1",
    SendingApplicationEntityTitle,
    ReceivingApplicationEntityTitle: "DOKUEI",
  })

export interface Named {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
}

/** "Of Interest" is no title of ours: it takes the place of another. */
export function keyObjects(
  dataSet: DataSet,
  title: "113030" | "113000",
  named: readonly Named[],
  seed: string,
): ForeignDocument {
  const { SOPInstanceUID, file } = writeManifest(
    {
      shared: sharedAttributes(dataSet),
      series: [{ SeriesInstanceUID: dataSet.text("SeriesInstanceUID"), instances: named }],
      title: title === "113030" ? title : "113037",
      contentDateTime: "20260401090000",
      manufacturer: "Another",
      aeTitle: "ANOTHER",
    },
    countedChance(seed).bytes(32),
  )
  const octets = Buffer.from(Buffer.from(file).toString("latin1").replace("113037", title), "latin1")
  return { uniqueId: SOPInstanceUID, mimeType: "application/dicom", formatCode: KOS, octets }
}

/** What a hospital of another make sends: a manifest and images, as files; perhaps with a selection of the study's own. */
export function files(
  PatientID: string,
  slices: number,
  own: "113000" | "113030" | null = null,
): { documents: ForeignDocument[]; StudyInstanceUID: string } {
  const images = study(PatientID, slices).instances.map(({ SOPInstanceUID, dataSet }): ForeignDocument => ({
    uniqueId: SOPInstanceUID,
    mimeType: "application/dicom",
    formatCode: MR,
    octets: Buffer.concat([fileMeta(SOPInstanceUID), dataSet]),
  }))
  const { dataSet } = readPart10(images[0]!.octets)
  const named = images.map(({ uniqueId }) => ({ SOPClassUID: MR.code, SOPInstanceUID: uniqueId }))
  const selection = own === null ? [] : [keyObjects(dataSet, own, named, `selection ${PatientID}`)]
  const selected = selection.map(({ uniqueId }) => ({ SOPClassUID: KOS.code, SOPInstanceUID: uniqueId }))
  const manifest = keyObjects(dataSet, "113030", [...named, ...selected], `manifest ${PatientID}`)
  return {
    StudyInstanceUID: dataSet.text("StudyInstanceUID"),
    documents: [...selection, manifest, ...images],
  }
}

export const A_HOSPITAL = { sourceId: HOSPITAL.oid, patientIdDomain: AT_CENTER.patientIdDomain }
export const A_CENTER = { sourceId: CENTER.oid, patientIdDomain: AT_HOSPITAL.patientIdDomain }
