/** What the first bytes of a Part 10 file tell of patient and study; text by the data set's own character sets. */
import { constants, inflateRawSync } from "node:zlib"
import { codedEntries, joinedHalves } from "../standards/dicom/coded-entry.ts"
import { readPart10, type DataSet } from "../standards/dicom/data-set.ts"
import type { TransferSyntaxOf } from "../standards/dicom/sop-classes.ts"
import type { NameComponents } from "../standards/dicom/person-name.ts"
import type { StudyHeader } from "./records/study.ts"
import type { PatientView } from "./views/study.ts"

/** Everything of patient and study stands before Series Instance UID (PS3.5 7.1: ascending tags). */
const SERIES_INSTANCE_UID = 0x0020000e

/** RFC 1951 expands by at most this. */
const MOST_EXPANSION = 1032

/**
 * The file may be cut off after its patient and study modules, also inside a deflated stream. Of one that inflates to more
 * than it may only so much of the beginning is looked at as surely fits.
 */
export function inflateWhatIsThere(deflated: Uint8Array, maxBytes: number): Uint8Array {
  const options = { maxOutputLength: maxBytes, finishFlush: constants.Z_SYNC_FLUSH }
  try {
    return inflateRawSync(deflated, options)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return inflateRawSync(deflated.subarray(0, Math.floor(maxBytes / MOST_EXPANSION)), options)
  }
}

/** @param file at least up to (0020,000E). Throws Malformed. */
export function studyHeader(file: Uint8Array, syntaxOf: TransferSyntaxOf): StudyHeader {
  const options = { untilTag: SERIES_INSTANCE_UID, inflate: inflateWhatIsThere, syntaxOf }
  return studyHeaderOf(readPart10(file, options).dataSet)
}

/** The same of a data set that is read already. */
export function studyHeaderOf(dataSet: DataSet): StudyHeader {
  const procedures = joinedHalves(codedEntries(dataSet.items("ProcedureCodeSequence")))
  return {
    StudyInstanceUID: dataSet.text("StudyInstanceUID"),
    patient: patientView(dataSet),
    StudyDescription: dataSet.text("StudyDescription"),
    AccessionNumber: dataSet.text("AccessionNumber"),
    bodyPart: dataSet.text("BodyPartExamined"),
    modalities: dataSet.texts("Modality"),
    ...(procedures.length === 0 ? {} : { procedures }),
    studyDateTime: dateTime(dataSet.text("StudyDate"), dataSet.text("StudyTime")),
  }
}

function patientView(dataSet: DataSet): PatientView {
  const name = dataSet.personName("PatientName")
  const sex = dataSet.text("PatientSex")
  return {
    PatientID: dataSet.text("PatientID"),
    ideographic: written(name.ideographic),
    phonetic: written(name.phonetic),
    alphabetic: written(name.alphabetic),
    birthDate: date(dataSet.text("PatientBirthDate")),
    sex: sex === "M" || sex === "F" || sex === "O" ? sex : "",
    nameMarked: dataSet.decoded("PatientName")?.marked ?? false,
  }
}

const written = (name: NameComponents): string =>
  [name.familyName, name.givenName, name.middleName].filter((part) => part !== "").join(" ")

/** DA `YYYYMMDD`, also the retired `YYYY.MM.DD`; null when it is no date. */
function date(da: string): string | null {
  const [, year, month, day] = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(da) ?? []
  return year === undefined ? null : `${year}-${month}-${day}`
}

/** DA and TM as `YYYY-MM-DDThh:mm:ss`, without a zone: DICOM times have none. */
function dateTime(da: string, tm: string): string | null {
  const day = date(da)
  const [, hour = "00", minute = "00", second = "00"] = /^(\d{2})(\d{2})?(\d{2})?/.exec(tm) ?? []
  return day === null ? null : `${day}T${hour}:${minute}:${second}`
}
