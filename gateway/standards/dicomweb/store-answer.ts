/**
 * What an origin server answered to a Store request (PS3.18 10.5.3, table I.1-1), by SOP Instance UID: for who must know of
 * every instance whether it is there.
 */
import { Malformed } from "../malformed.ts"
import { isOutOfResources, PROCESSING_FAILURE } from "./store-response.ts"

export interface StoreAnswer {
  /** Referenced as stored, with a warning (0008,1196) or without; or failed because they are there already. */
  readonly stored: ReadonlySet<string>
  /** FailureReason (0008,1197) of the others it tells of. */
  readonly failed: ReadonlyMap<string, number>
}

const REFERENCED_SOP_SEQUENCE = "00081199"
const FAILED_SOP_SEQUENCE = "00081198"
const FAILURE_REASON = "00081197"
const SOP_INSTANCE_UID = "00081155"
/** Duplicate SOP Instance (PS3.7 annex C): an object of this UID is there. */
const DUPLICATE_SOP_INSTANCE = 0x0111

/** DICOM JSON (PS3.18 F): the data set, or an array that holds it. @throws Malformed STORE_ANSWER */
export function readStoreAnswer(text: string): StoreAnswer {
  const dataSet = dataSetOf(parsed(text))
  const stored = new Set(values(dataSet, REFERENCED_SOP_SEQUENCE).flatMap(uidOf))
  const failed = new Map<string, number>()
  for (const item of values(dataSet, FAILED_SOP_SEQUENCE))
    for (const uid of uidOf(item)) {
      const [reason] = values(item, FAILURE_REASON)
      if (reason === DUPLICATE_SOP_INSTANCE) stored.add(uid)
      else failed.set(uid, typeof reason === "number" ? reason : PROCESSING_FAILURE)
    }
  return { stored, failed }
}

/** Would the same request succeed later? For lack of room (A7xx), or for a failure of the server's own (0110H). */
export const mayBeStoredLater = (reason: number): boolean =>
  isOutOfResources(reason) || reason === PROCESSING_FAILURE

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Malformed("STORE_ANSWER", "PS3.18 F.2", "the answer is not DICOM JSON", { cause })
  }
}

function dataSetOf(json: unknown): unknown {
  const [dataSet] = Array.isArray(json) ? (json as readonly unknown[]) : [json]
  if (typeof dataSet !== "object" || dataSet === null)
    throw new Malformed("STORE_ANSWER", "PS3.18 F.2", "the answer is no data set")
  return dataSet
}

const uidOf = (item: unknown): readonly string[] =>
  values(item, SOP_INSTANCE_UID).filter((each) => typeof each === "string")

function values(holder: unknown, tag: string): readonly unknown[] {
  const element = group(holder)[tag]
  const { Value: value } = group(element)
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

const group = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
