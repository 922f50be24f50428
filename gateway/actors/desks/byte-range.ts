/** One byte range of a representation (RFC 9110 §14.2). */

/** [start, end) in bytes, inside the representation. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * What a `Range` header asks of `lengthBytes` bytes.
 *
 * @returns the range; `"whole"` when there is no header, or one we need not understand (other units, several
 *   ranges, nonsense: RFC 9110 §14.2 lets a server ignore it); `"unsatisfiable"` when it lies outside
 */
export function byteRange(
  header: string | undefined,
  lengthBytes: number,
): ByteRange | "whole" | "unsatisfiable" {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "")
  const [, first = "", last = ""] = match ?? []
  if (match === null || (first === "" && last === "")) return "whole"
  if (first === "") {
    const suffix = Math.min(Number(last), lengthBytes)
    return suffix === 0 ? "unsatisfiable" : { start: lengthBytes - suffix, end: lengthBytes }
  }
  if (last !== "" && Number(last) < Number(first)) return "whole"
  if (Number(first) >= lengthBytes) return "unsatisfiable"
  const end = last === "" ? lengthBytes : Math.min(Number(last) + 1, lengthBytes)
  return { start: Number(first), end }
}
