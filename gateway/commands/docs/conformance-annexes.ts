/** Chapter 8 of the conformance statement: contents of objects, private attributes, codes, SOP Classes, transfer syntaxes. */
import { fileMetaBytes } from "../../standards/dicom/part10.ts"
import { PRIVATE_CREATOR } from "../../standards/dicomweb/store-response.ts"
import { REJECTION_CODES } from "../../standards/dicom/rejection-note.ts"
import { dictionaryRow, tagOf } from "../../standards/dicom/dictionary.ts"
import { objectSection } from "./conformance-objects.ts"
import { placeOf, sopClassTable, transferSyntaxTable } from "./conformance-tables.ts"
import { code, table } from "./markdown.ts"

/** Attributes of received objects that decide something, and what. */
const USED: readonly (readonly [keywords: readonly string[], use: string])[] = [
  [["SpecificCharacterSet"], "reads all text (chapter 6)"],
  [
    ["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"],
    "needed: without them C000H; filing, duplicates, conflicts",
  ],
  [
    ["PatientID"],
    "with the hospital's OID the patient; another one under the same Study Instance UID is kept apart",
  ],
  [["PatientName", "PatientBirthDate", "PatientSex"], "shown, and compared for warnings; never for merging"],
  [
    ["StudyDate", "StudyTime", "StudyDescription", "Modality", "BodyPartExamined"],
    "shown; metadata of the submission; quiet period by Modality",
  ],
  [["AccessionNumber"], "finds the request"],
  [["ProcedureCodeSequence"], "codes of the submission"],
  [["NumberOfStudyRelatedInstances", "NumberOfSeriesRelatedInstances"], "completeness (3.1.3)"],
  [
    ["ConceptNameCodeSequence", "CurrentRequestedProcedureEvidenceSequence"],
    "of a Key Object Selection: rejection notes (8.3)",
  ],
  [
    [
      "Rows",
      "Columns",
      "NumberOfFrames",
      "SamplesPerPixel",
      "PhotometricInterpretation",
      "PlanarConfiguration",
      "BitsAllocated",
      "BitsStored",
      "HighBit",
      "PixelRepresentation",
      "PixelPaddingValue",
      "PixelPaddingRangeLimit",
      "PixelData",
    ],
    "recoding without loss for the way to the reading centre; display there",
  ],
  [
    [
      "SeriesDescription",
      "SeriesNumber",
      "InstanceNumber",
      "WindowCenter",
      "WindowWidth",
      "RescaleSlope",
      "RescaleIntercept",
    ],
    "display at the reading centre",
  ],
]

export function annexes(): string[] {
  return [
    "## 8 Annexes",
    "### 8.1 IOD contents",
    "#### 8.1.1 Created SOP Instances",
    ...objectSection(),
    "#### 8.1.2 Used fields of received IODs",
    "All elements are kept; these decide something.",
    table(
      ["attribute", "tag", "VR", "use"],
      USED.flatMap(([keywords, use]) => keywords.map((keyword) => usedRow(keyword, use))),
    ),
    "#### 8.1.3 Attribute mapping",
    "From an image of the study into a report: the rows *copied from the image* of 8.1.1, byte by byte. From images into the metadata " +
      "of a submission: [metadata.md](metadata.md).",
    "#### 8.1.4 Coerced or modified fields",
    `None. A data set is stored as it came. What came over the network gets a preamble of zeros and a group 0002 of ours: ${metaElements()}. ` +
      "What came as a file keeps its own (chapter 4).",
    "### 8.2 Data dictionary of private attributes",
    "No object carries private attributes of ours. The answer of STOW-RS does:",
    table(
      ["tag", "attribute", "VR", "VM"],
      [
        [code("(0009,00xx)"), `private creator ${code(PRIVATE_CREATOR)}`, "LO", "1"],
        [code("(0009,xx01)"), "what became of the part: NEW, SAME, CONFLICT, CUT, REFUSED", "CS", "1"],
        [code("(0009,xx02)"), "number of the part in the request, from 1", "UL", "1"],
        [code("(0009,xx03)"), "the reason in words", "LO", "1"],
      ],
    ),
    "### 8.3 Coded terminology and templates",
    table(
      ["code", "where"],
      [
        ["18748-4 LN “Diagnostic imaging study”", "Concept Name Code Sequence of a report"],
        ["113030 DCM “Manifest”, TID 2010", "Key Object Selection of a study, for the reading centre"],
        [
          `${REJECTION_CODES.join(", ")} DCM (CID 7011)`,
          "title of a received Key Object Selection: a rejection note (IHE IOCM), which withdraws the images it names",
        ],
      ],
    ),
    "### 8.4 Grayscale image consistency",
    "The Grayscale Standard Display Function (PS3.14) is not claimed: the reading screen shows presentation values on whatever display " +
      "the browser has; that a display is calibrated is the reading centre's matter.",
    "### 8.5 Standard Extended, Specialized and Private SOP Classes",
    `Encapsulated PDF Storage is made as a Standard SOP Class. Secondary Capture Image Storage is made as a Standard Extended SOP Class: with ` +
      `${placeOf("HL7InstanceIdentifier")} HL7 Instance Identifier, which names the CDA document it was drawn from. No Specialized and no ` +
      "Private SOP Class is made; private ones are taken where they are configured or declared (3.2.3.2).",
    "### 8.6 SOP Classes accepted",
    "As provider of the Storage Service Class, level 2 (full): every element is kept, private and unknown ones too. Further " +
      "SOP Classes by `dicom.privateSopClasses`, and any that the requestor declares as storage by SOP Class Common Extended " +
      "Negotiation unless `dicom.declaredSopClasses` is off. The edition of PS3.6 stands at the head of " +
      "`gateway/standards/dicom/*.generated.ts`.",
    sopClassTable(),
    "### 8.7 Transfer Syntaxes accepted",
    "Of each proposed context the requestor's first that stands in this table, or in `privateTransferSyntaxes`, is taken; where " +
      "that is Implicit VR Little Endian and Explicit VR Little Endian stands beside it, Explicit VR, which leaves private elements " +
      "their VR. A data set is stored as it comes; no transfer syntax is ever changed in what was received.",
    transferSyntaxTable(),
    "A private transfer syntax is taken when `privateTransferSyntaxes` names it and says how its data sets are written: " +
      "`explicit-little`, `implicit-little`, `explicit-big` or `deflated`. Whether Pixel Data are encapsulated is seen in the " +
      "data set (PS3.5 A.4). Its objects are checked, filed, sent and kept as all others, and always travel as received; " +
      "their pixels are never decoded, since even native samples may lie otherwise than the header says. A reading centre " +
      "needs the same list to read their headers. Without it an image is kept and counted by what the hospital's seal says " +
      "of it; in either case the reading screen shows in its place that the encoding is not shown here.",
  ]
}

function usedRow(keyword: string, use: string): string[] {
  const tag = tagOf(keyword)
  const vr = tag === null ? "" : (dictionaryRow(tag)?.vr ?? "")
  return [keyword, code(placeOf(keyword)), vr === "xs" ? "US or SS" : vr, use]
}

/** The elements of group 0002 that are written, as they are written. */
function metaElements(): string {
  const bytes = fileMetaBytes({
    MediaStorageSOPClassUID: "1.2",
    MediaStorageSOPInstanceUID: "1.2",
    TransferSyntaxUID: "1.2",
    SendingApplicationEntityTitle: "A",
    ReceivingApplicationEntityTitle: "A",
  })
  const view = Buffer.from(bytes)
  const found: string[] = []
  // Explicit VR, and no element but (0002,0001) has a long length.
  for (let at = 132; at < view.length;) {
    const element = view.readUInt16LE(at + 2)
    found.push(code(`(0002,${element.toString(16).toUpperCase().padStart(4, "0")})`))
    at +=
      view.toString("latin1", at + 4, at + 6) === "OB"
        ? 12 + view.readUInt32LE(at + 8)
        : 8 + view.readUInt16LE(at + 6)
  }
  return found.join(", ")
}
