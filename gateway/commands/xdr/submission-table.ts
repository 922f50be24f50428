/** A submission's metadata for a person who compares them with what he meant: lines of name and value. */
import type { Code, DocumentEntry, Submission, SubmissionSet } from "../../standards/xds/submission.ts"

type Row = readonly [name: string, value: string | number | null | readonly string[]]

const NAME_WIDTH = 27

/** @param nameOf what a document is called here */
export function submissionTable(
  { submissionSet, documentEntries, associations }: Submission,
  nameOf: (entry: DocumentEntry) => string,
): readonly string[] {
  return [
    "SubmissionSet",
    ...lines(setRows(submissionSet)),
    ...documentEntries.flatMap((entry, index) => [
      `Document ${index + 1} of ${documentEntries.length}  ${nameOf(entry)}`,
      ...lines(entryRows(entry)),
    ]),
    ...associations.map(({ type, source, target }) => `${type} from ${source} to ${target}`),
  ]
}

/** What is absent is not shown. */
const lines = (rows: readonly Row[]): readonly string[] =>
  rows.flatMap(([name, value]) =>
    (typeof value === "object" && value !== null ? value : [value ?? ""])
      .filter((each) => each !== "")
      .map((each) => `  ${name.padEnd(NAME_WIDTH)} ${each}`),
  )

const words = (code: Code | null): string =>
  code === null ? "" : `${code.code} (${code.scheme}) ${code.display}`
const codes = (all: readonly Code[]): readonly string[] => all.map(words)

const setRows = (set: SubmissionSet): readonly Row[] => [
  ["metadata", set.limitedMetadata ? "limited" : "whole"],
  ["uniqueId", set.uniqueId],
  ["sourceId", set.sourceId],
  ["submissionTime", set.submissionTime],
  ["title", set.title],
  ["contentTypeCode", words(set.contentTypeCode)],
  ["patientId", set.patientId],
  ["intendedRecipient", set.intendedRecipient],
  ["authorInstitution", set.author?.authorInstitution ?? null],
  ["authorPerson", set.author?.authorPerson ?? null],
]

const entryRows = (entry: DocumentEntry): readonly Row[] => [
  ["metadata", entry.limitedMetadata ? "limited" : null],
  ["uniqueId", entry.uniqueId],
  ["entryUUID", entry.entryUUID],
  ["mimeType", entry.mimeType],
  ["formatCode", words(entry.formatCode)],
  ["classCode", words(entry.classCode)],
  ["typeCode", words(entry.typeCode)],
  ["confidentialityCode", codes(entry.confidentialityCode)],
  ["healthcareFacilityTypeCode", words(entry.healthcareFacilityTypeCode)],
  ["practiceSettingCode", words(entry.practiceSettingCode)],
  ["eventCodeList", codes(entry.eventCodeList)],
  ["title", entry.title],
  ["languageCode", entry.languageCode],
  ["creationTime", entry.creationTime],
  ["serviceStartTime", entry.serviceStartTime],
  ["serviceStopTime", entry.serviceStopTime],
  ["patientId", entry.patientId],
  ["sourcePatientId", entry.sourcePatientId],
  ["sourcePatientInfo", entry.sourcePatientInfo],
  ["referenceIdList", entry.referenceIdList],
  ["legalAuthenticator", entry.legalAuthenticator],
  ["size", entry.size],
  ["hash", entry.hash],
]
