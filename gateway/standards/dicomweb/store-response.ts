/**
 * The Store Instances Response Module (PS3.18 table I.1-1) in DICOM JSON (annex F), and the status that goes with it
 * (table 10.5.3-1).
 *
 * Which of the request's parts an item is about, what became of it and why it was refused stands in a private block of
 * ours: the standard has no place for it, and clients that do not know it pass over it (PS3.5 7.8).
 */

/** What one part of the request came to. */
export interface StoredPart {
  /** 1 = first. */
  readonly part: number
  /** 0 = success, else the failure reason (table I.2-2). */
  readonly status: number
  /** Why, in at most 64 characters. */
  readonly comment: string
  readonly became: StoreResult
  /** null when it could not be read so far. */
  readonly instance: { readonly SOPClassUID: string; readonly SOPInstanceUID: string } | null
}

export const STORE_RESULTS = ["new", "same", "conflict", "cut", "refused"] as const
export type StoreResult = (typeof STORE_RESULTS)[number]

/** Elements of DICOM JSON by tag. */
export type DicomJson = Readonly<
  Record<string, { readonly vr: string; readonly Value?: readonly (string | number | DicomJson)[] }>
>

export const PRIVATE_CREATOR = "DOKUEI STORE"
const REFERENCED_SOP_SEQUENCE = "00081199"
const FAILED_SOP_SEQUENCE = "00081198"
const OTHER_FAILURES_SEQUENCE = "0008119A"
const FAILURE_REASON = "00081197"
const CREATOR = "00090010"
const RESULT = "00091001"
const PART = "00091002"
const COMMENT = "00091003"

/** Processing Failure: for what is wrong with the request and no object's own fault. */
export const PROCESSING_FAILURE = 0x0110

export function storeResponse(parts: readonly StoredPart[]): DicomJson {
  const stored = parts.filter(({ status }) => status === 0)
  const failed = parts.filter(({ status }) => status !== 0)
  return {
    // Type 2. Nothing is retrieved from where images only pass.
    "00081190": { vr: "UR" },
    ...sequence(
      FAILED_SOP_SEQUENCE,
      failed.filter(({ instance }) => instance !== null),
    ),
    ...sequence(REFERENCED_SOP_SEQUENCE, stored),
    ...sequence(
      OTHER_FAILURES_SEQUENCE,
      failed.filter(({ instance }) => instance === null),
    ),
  }
}

function sequence(tag: string, parts: readonly StoredPart[]): DicomJson {
  return parts.length === 0 ? {} : { [tag]: { vr: "SQ", Value: parts.map(item) } }
}

function item({ part, status, comment, became, instance }: StoredPart): DicomJson {
  return {
    ...(instance === null
      ? {}
      : {
          "00081150": { vr: "UI", Value: [instance.SOPClassUID] },
          "00081155": { vr: "UI", Value: [instance.SOPInstanceUID] },
        }),
    ...(status === 0 ? {} : { [FAILURE_REASON]: { vr: "US", Value: [status] } }),
    [CREATOR]: { vr: "LO", Value: [PRIVATE_CREATOR] },
    [RESULT]: { vr: "CS", Value: [became.toUpperCase()] },
    [PART]: { vr: "UL", Value: [part] },
    ...(comment === "" ? {} : { [COMMENT]: { vr: "LO", Value: [comment.replaceAll("\\", "/")] } }),
  }
}

/** 200 all stored · 202 some · 409 none · 503 none, for lack of room: the same request may be made again. */
export function storeStatus(parts: readonly StoredPart[]): 200 | 202 | 409 | 503 {
  if (parts.every(({ status }) => status === 0)) return 200
  if (parts.some(({ status }) => status === 0)) return 202
  return parts.every(({ status }) => isOutOfResources(status)) ? 503 : 409
}

/** A7xx (PS3.4 table B.2-1). */
export const isOutOfResources = (status: number): boolean => status >>> 8 === 0xa7

/**
 * The parts told of, in the order of the request; items that name no part are passed over, as another origin server's
 * answer has none.
 */
export function readStoreResponse(json: unknown): readonly StoredPart[] {
  const items = [REFERENCED_SOP_SEQUENCE, FAILED_SOP_SEQUENCE, OTHER_FAILURES_SEQUENCE].flatMap((tag) =>
    values(json, tag),
  )
  return items
    .map(readItem)
    .filter((each) => each !== null)
    .sort((a, b) => a.part - b.part)
}

function readItem(item: unknown): StoredPart | null {
  const [part] = values(item, PART)
  const became = STORE_RESULTS.find((each) => each.toUpperCase() === values(item, RESULT)[0])
  if (values(item, CREATOR)[0] !== PRIVATE_CREATOR || typeof part !== "number" || became === undefined)
    return null
  const [reason, comment] = [values(item, FAILURE_REASON)[0], values(item, COMMENT)[0]]
  const [SOPClassUID, SOPInstanceUID] = [values(item, "00081150")[0], values(item, "00081155")[0]]
  const isNamed = typeof SOPClassUID === "string" && typeof SOPInstanceUID === "string"
  return {
    part,
    became,
    status: typeof reason === "number" ? reason : 0,
    comment: typeof comment === "string" ? comment : "",
    instance: isNamed ? { SOPClassUID, SOPInstanceUID } : null,
  }
}

function values(holder: unknown, tag: string): readonly unknown[] {
  const element: unknown = isGroup(holder) ? holder[tag] : undefined
  const value: unknown = isGroup(element) ? element.Value : undefined
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
