/** Chapters 1, 2 and 3.1 of the conformance statement (PS3.2): overview, introduction, implementation model. */
import { STORAGE_COMMITMENT_SOP_CLASS } from "../../standards/dicom/service.ts"
import { VERIFICATION_SOP_CLASS } from "../../standards/dicom/sop-classes.ts"
import { code, table } from "./markdown.ts"

export function overview(): string[] {
  return [
    "## 1 Conformance statement overview",
    "The hospital's gateway (*edge*) takes images and other composite objects from the hospital's devices, forwards them to a " +
      "reading centre by other means than DICOM networking (see [ihe-statement.md](ihe-statement.md)), stores the signed report " +
      "in the hospital's archive, and relays storage commitment between devices and archive. Devices without C-STORE bring " +
      "files over STOW-RS, on media or into a watched folder. The reading centre's gateway (*center*) has no DICOM networking at all.",
    table(
      ["network service", "SOP Class", "user (SCU)", "provider (SCP)"],
      [
        ["Verification", code(VERIFICATION_SOP_CLASS), "yes", "yes"],
        [
          "Storage",
          "every one of 8.6",
          "Encapsulated PDF Storage, Secondary Capture Image Storage",
          "yes, all, level 2 (full)",
        ],
        [
          "Storage Commitment Push Model",
          code(STORAGE_COMMITMENT_SOP_CLASS),
          "yes",
          "yes, relayed to the archive",
        ],
      ],
    ),
    table(
      ["media and web service", "role"],
      [
        ["media of any application profile (PS3.11)", "File-set Reader"],
        ["DICOMweb Studies Service, Store transaction (PS3.18 10.5)", "origin server"],
      ],
    ),
    "Not implemented: Query/Retrieve, Modality Worklist, Modality Performed Procedure Step, Instance Availability " +
      "Notification, Print, writing of DICOM media. DICOMweb retrieval serves the program's own viewer only and is not claimed.",
  ]
}

export function introduction(version: string): string[] {
  return [
    "## 2 Introduction",
    "For those who connect a device or an archive: what can be set on either side, and what each side will see. It is of " +
      `version ${version}; it says what the program does, not what is planned, and what stands in tables is printed from ` +
      "the program's own tables. Words and abbreviations are those of PS3.2 and PS3.7; *device* is any node of `dicom.modalities`, " +
      "*archive* the node of `dicom.archive`. Names in `this type` are settings ([settings.md](settings.md)).",
    "Interoperability is tested in every test run against DCMTK 3.6.7, Orthanc 1.10 and dcmjs-dimse 0.3 " +
      "([testing.md](testing.md)); that is no promise for other products. Whether two products work together needs a test of their own: " +
      "a statement compared with a statement shows only what is impossible.",
  ]
}

export function implementationModel(): string[] {
  return [
    "### 3.1 Implementation model",
    "#### 3.1.1 Application data flow",
    [
      "```mermaid",
      "flowchart LR",
      '  device(["device"]) -- "C-ECHO, C-STORE, N-ACTION" --> AE["edge: one Application Entity"]',
      '  AE -- "C-ECHO, N-EVENT-REPORT" --> device',
      '  AE -- "C-ECHO, C-STORE of reports, N-ACTION" --> archive(["archive"])',
      '  archive -- "C-ECHO, N-EVENT-REPORT" --> AE',
      '  web(["sender of files"]) -- "STOW-RS" --> AE',
      '  files(["media, watched folders"]) -- "Part 10 files" --> AE',
      '  AE <-- "ITI-41" --> center(["reading centre"])',
      "```",
    ].join("\n"),
    "#### 3.1.2 Functional definition of the Application Entity",
    "One Application Entity, `dicom.aeTitle`, listens for associations and requests them. It listens from the start of the program " +
      "to its end; no person starts anything.",
    table(
      ["real-world activity", "what the AE does", "association"],
      [
        ["a device sends objects", "seals each, answers when it is durable (3.2.3.2)", "accepted"],
        ["a device or the archive tests the line", "answers C-ECHO", "accepted"],
        ["a device asks for a commitment", "keeps the request, answers, relays it (3.2.3.4)", "accepted"],
        ["the archive tells the result of a commitment", "takes it, passes it on", "accepted or requested"],
        ["a signed report came home", "stores it in the archive (3.2.4.1)", "requested"],
        ["a commitment is to be asked for", "N-ACTION to the archive (3.2.4.2)", "requested"],
        ["its result is to be told to a device", "N-EVENT-REPORT to the device (3.2.4.3)", "requested"],
        ["a technician tests a device or the archive, or `dokuei echo`", "C-ECHO (3.2.4.4)", "requested"],
      ],
    ),
    "#### 3.1.3 Sequencing of real-world activities",
    "Objects may come in any order, over any number of associations, before or after the request they are for. A study is " +
      "complete when nothing came for the device's quiet period (`quietPeriod`; `quietPeriods` by Modality); a storage commitment that names " +
      "objects which are not there, and NumberOfStudyRelatedInstances or NumberOfSeriesRelatedInstances greater than what is there, make it " +
      "known to be incomplete. What comes later is sent as a supplement. A rejection note (8.3) withdraws the images it names, " +
      "whichever came first ([studies.md](studies.md)). A commitment may be asked for before or after the objects came. A report is stored " +
      "once its signature has been verified, and again as a new instance when it is corrected.",
  ]
}
