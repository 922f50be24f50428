/** docs/metadata.md: what we read and judge of XDS metadata, printed from the tables the readers go by. */
import {
  type AttributeRow,
  AUTHOR_SLOTS,
  DOCUMENT_ENTRY_ROWS,
  SUBMISSION_SET_ROWS,
} from "../../standards/xds/attributes.ts"
import { DATA_TYPES } from "../../standards/xds/data-type-table.ts"
import { stepTo } from "../../standards/xds/attribute-reader.ts"
import { code, page, table } from "./markdown.ts"

export function metadataPage(): string {
  return page(
    "# XDS metadata",
    "What the Document Recipient reads of a SubmissionSet and its DocumentEntries, and what it refuses: never more than " +
      "the columns *XDR DS* and *XDR MS* of ITI TF-3 table 4.3.1-3 ask for. All faults of a message are listed in one " +
      "answer, up to 100 of them, then how many more were found and how many objects were not looked at any more: each a `XDSRepositoryMetadataError` whose " +
      "`codeContext` names object and attribute, and whose `location` is the path to it in local names, e.g. " +
      "`//*[@id='Document01']/Slot[@name='hash']`. A value that may name a person is never repeated: the text says of " +
      "what kind it is.",
    "**R** required, **R2** required if known (which only the sender can judge), **O** optional. *XDR MS* counts for an " +
      "object that is labelled as limited metadata; each is labelled for itself. Limited metadata are taken where the agreement says " +
      "so (`limitedMetadata`), and refused otherwise in words that say so. Element order, fixed names and empty values are " +
      "not judged. An attribute that is *not kept* is judged by its type and dropped.",
    "## DocumentEntry",
    attributeTable(DOCUMENT_ENTRY_ROWS),
    "## SubmissionSet",
    attributeTable(SUBMISSION_SET_ROWS),
    "## Author",
    "The first author of an object is kept; one of person, institution and telecommunication is needed.",
    table(
      ["slot", "data type", "values", "kept"],
      Object.entries(AUTHOR_SLOTS).map(([name, { type, many, kept }]) => [
        name,
        type,
        count(many),
        yes(kept),
      ]),
    ),
    "## Data types",
    "A *code* is a classification with nodeRepresentation, codingScheme and display name. One slot value has at most 256 " +
      "characters, and no slot is given twice.",
    table(
      ["data type", "rule", "repeated in a complaint"],
      Object.entries(DATA_TYPES).map(([name, { rule, isSecret }]) => [name, rule, yes(!isSecret)]),
    ),
    "## Between the objects",
    table(["rule", "answer"], BETWEEN),
    "## Taken, and not kept",
    "None of these refuses a submission; each is told by one warning in the answer.",
    table(["what", "warning"], NOT_KEPT),
  )
}

function attributeTable(rows: Readonly<Record<string, AttributeRow>>): string {
  return table(
    ["attribute", "in ebRIM", "data type", "values", "XDR DS", "XDR MS", "kept"],
    Object.entries(rows).map(([name, { place, type, many, full, limited, kept }]) => [
      name,
      code(stepTo(place)),
      type ?? (place.kind === "label" ? "label" : place.kind),
      count(many),
      full,
      limited,
      yes(kept),
    ]),
  )
}

const count = (many: boolean): string => (many ? "any" : "one")
const yes = (is: boolean): string => (is ? "yes" : "no")

const METADATA = code("XDSRepositoryMetadataError")
const BETWEEN: readonly (readonly string[])[] = [
  ["one SubmissionSet, labelled in it or beside it; no id twice", METADATA],
  ["every part names the object it stands in (classifiedObject, registryObject)", METADATA],
  ["every DocumentEntry is an Original member of the SubmissionSet", METADATA],
  ["no association with itself; its source is a document of this submission", METADATA],
  [
    "its target is in this submission, or an earlier entryUUID; nothing replaces what comes with it",
    METADATA,
  ],
  ["serviceStartTime is not after serviceStopTime", METADATA],
  ["patientId is the same everywhere", code("XDSPatientIdDoesNotMatch")],
  ["no uniqueId twice in one message", code("XDSRepositoryDuplicateUniqueIdInMessage")],
  ["a Document for every DocumentEntry", code("XDSMissingDocument")],
  ["a DocumentEntry for every Document", code("XDSMissingDocumentMetadata")],
  ["hash and size, where given, are those of the transmitted octets", METADATA],
]
const NOT_KEPT: readonly (readonly string[])[] = [
  [
    "a Folder, or a membership in an earlier one; folders are not judged",
    code("PartialFolderContentNotProcessed"),
  ],
  [
    "an association of another type, or a reference to an earlier document",
    code("PartialRelationshipContentNotProcessed"),
  ],
  ["a slot or classification we do not know; authors after the first", code("XDSExtraMetadataNotSaved")],
]
