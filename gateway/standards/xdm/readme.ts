/** README.TXT (ITI TF-2 3.32.4.1.2.2): who made the medium and with what, and how it is laid out. The same on every medium. */
import type { MediumMaker } from "./medium-maker.ts"

/** Lines end as every editor on a reading room's computer wants them. UTF-8. */
export function writeReadme({ institution, contact, product, version, vendor }: MediumMaker): Uint8Array {
  const lines = [
    "IHE Cross-Enterprise Document Media Interchange (XDM)",
    "",
    `Made by:      ${institution}`,
    `Contact:      ${contact}`,
    `Application:  ${product} ${version}`,
    `Vendor:       ${vendor}`,
    "",
    "Layout:",
    "  INDEX.HTM       what is on this medium, for a browser",
    "  IHE_XDM         one folder for each submission set, in the order in which they were made",
    "    METADATA.XML  IHE metadata: which file is which document, its length and SHA-1",
    "    METADATA.P7M  the same with the patient, encrypted for the recipient; only where documents are encrypted",
    "    DOCnnnnn.P7M  a document, encrypted for the recipient (CMS AuthEnvelopedData, RFC 5083)",
    "    DOCnnnnn.*    a document in clear; IMGnnnnn: a DICOM file in clear, which DICOMDIR lists",
    "",
    "Copy the medium whole, or not at all: its signatures cover every document of a submission set.",
    "There is no viewer on this medium, and nothing on it is meant to be started.",
  ]
  return new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(""))
}
