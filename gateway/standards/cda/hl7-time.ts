/**
 * HL7 V3 time stamps (TS): `YYYYMMDDhhmmss.fff+ZZZZ` ⇄ ISO 8601, digit for digit and without a change of zone.
 */
import { Malformed } from "../malformed.ts"

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,4})?)?)?(Z|[+-]\d\d:?\d\d)?$/
const TS = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(?:(\d\d)(\.\d{1,4})?)?)?([+-]\d{4})?$/

const fault = (message: string): Malformed => new Malformed("TIME_MALFORMED", "HL7 V3 datatypes TS", message)

/**
 * TS of an ISO 8601 date, local time or instant.
 *
 * @throws Malformed TIME_MALFORMED
 */
export function tsOfIso(iso: string): string {
  const parts = ISO.exec(iso)
  if (!parts) throw fault("not an ISO 8601 time")
  const zone = parts.at(-1)
  const digits = parts.slice(1, -1).join("")
  if (zone === undefined) return digits
  return digits + (zone === "Z" ? "+0000" : zone.replace(":", ""))
}

/**
 * ISO 8601 of a TS to the day or finer; `+0000` becomes `Z`.
 *
 * @throws Malformed TIME_MALFORMED
 */
export function isoOfTs(ts: string): string {
  const parts = TS.exec(ts)
  if (!parts) throw fault("not an HL7 time stamp")
  const [, year, month, day, hour, minute, second, fraction = "", zone = ""] = parts
  const date = `${year ?? ""}-${month ?? ""}-${day ?? ""}`
  if (hour === undefined || minute === undefined) return date
  const time = `${hour}:${minute}${second === undefined ? "" : `:${second}${fraction}`}`
  return `${date}T${time}${zone === "+0000" ? "Z" : zone.replace(/(\d\d)$/, ":$1")}`
}
