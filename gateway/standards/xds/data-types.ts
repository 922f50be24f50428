/**
 * The data types of XDS metadata: is this string one? (ITI TF-3 table 4.2.3.1.7-2.)
 *
 * HL7 v2 strings as XDS profiles them, so stricter than HL7: fixed components, no escapes.
 */

/** rim:LongName: what one slot value can hold. */
export const MAX_SLOT_VALUE_LENGTH = 256
/** rim:FreeFormText: LocalizedString/@value. */
export const MAX_NAME_LENGTH = 1024
const MAX_OID_LENGTH = 64
const MAX_UNIQUE_ID_LENGTH = 128

const UUID = /^urn:uuid:([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/i
const OID = /^[0-2](\.(0|[1-9][0-9]*))+$/
const OID_AND_EXTENSION = /^([0-9.]+)\^([\x21-\x7e]{1,16})$/
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/
const DTM = /^\d{4}((0[1-9]|1[0-2])((0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])([0-5]\d([0-5]\d)?)?)?)?)?$/
const CX = /^([^\s^&~|]|[^\s^&~|][^^&~|]*[^\s^&~|])\^\^\^&([0-9.]+)&ISO$/
const CXI = /^[^^]+\^\^\^(?:&([0-9.]+)&ISO)?\^[^^]+(?:\^(?:&([0-9.]+)&ISO)?)?$/
const AUTHORITY = /^[^&^]*&([0-9.]+)&ISO$/
const MIME_TYPE = /^[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+$/
const LANGUAGE = /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/
const PID = /^PID-([1-9][0-9]?)\|(.*)$/s
/** ITI TF-3 4.2.3.2.23: fields that shall not be sent. */
const FORBIDDEN_PID = new Set(["2", "4", "12", "19"])

export function isOid(value: string): boolean {
  return value.length <= MAX_OID_LENGTH && OID.test(value)
}

/** `urn:uuid:…`; without hyphens too, as older stacks write it. */
export function isUuid(value: string): boolean {
  return UUID.test(value)
}

/** entryUUID: a UUID URN, or a symbolic name that does not look like one (ITI TF-3 4.2.3.1.2). */
export function isEntryId(value: string): boolean {
  return value !== "" && (!/^urn:uuid:/i.test(value) || isUuid(value))
}

/** `urn:oid:` and an OID. */
export function isHomeCommunityId(value: string): boolean {
  return value.startsWith("urn:oid:") && isOid(value.slice("urn:oid:".length))
}

/** DocumentEntry.uniqueId: OID, OID^extension, or a URI such as `urn:uuid:…`. */
export function isUniqueId(value: string): boolean {
  if (value.length > MAX_UNIQUE_ID_LENGTH) return false
  const [, root] = OID_AND_EXTENSION.exec(value) ?? []
  return isOid(root ?? value) || URI.test(value)
}

/** `YYYY[MM[DD[hh[mm[ss]]]]]`, no fraction, no offset. */
export function isDtm(value: string): boolean {
  return DTM.test(value)
}

/** Can `start` be no later than `stop`? Shorter values are padded in favour of the sender (ITI TF-3 4.2.3.2.19). */
export function isInOrder(start: string, stop: string): boolean {
  return start.padEnd(14, "0") <= stop.padEnd(14, "9")
}

/** `ID^^^&OID&ISO`, exactly. */
export function isCx(value: string): boolean {
  const [, , oid] = CX.exec(value) ?? []
  return oid !== undefined && isOid(oid)
}

/** Why `value` is no CX, without the id itself: the assigning authority is no patient data. */
export function explainCx(value: string): string {
  const wanted = "is not ID^^^&OID&ISO"
  const [, , , authority = "", ...more] = value.split("^")
  if (value !== value.trim()) return `${wanted}: there are blanks at its ends`
  if (more.length > 0) return `${wanted}: it has components after CX.4`
  if (authority.includes("&amp;")) return `${wanted}: its & are escaped twice`
  const [name = "", oid = "", type = ""] = authority.split("&")
  if (name !== "") return `${wanted}: CX.4 has a namespace name before its OID`
  if (oid === "" || type !== "ISO") return wanted
  return isOid(oid) ? wanted : `is of an authority that is no OID: ${oid}`
}

/** `ID^^^[&OID&ISO]^typeCode[^&homeCommunityId&ISO]`, one value of referenceIdList. */
export function isCxi(value: string): boolean {
  const found = CXI.exec(value)
  return found !== null && [found[1], found[2]].every((oid) => oid === undefined || isOid(oid))
}

/** `id^Family^Given^…^^^&OID&ISO`: an id or a family name; an authority only with an id. */
export function isXcn(value: string): boolean {
  const parts = value.split("^")
  const [id = "", family = ""] = parts
  const authority = parts[8] ?? ""
  if (id === "" && family === "") return false
  return authority === "" || (id !== "" && isAuthority(authority))
}

/** `Name^^^^^&OID&ISO^^^^ID`: without authority the id must be an OID. */
export function isXon(value: string): boolean {
  const parts = value.split("^")
  const authority = parts[5] ?? ""
  const id = parts[9] ?? ""
  if ((parts[0] ?? "") === "") return false
  return authority === "" ? id === "" || isOid(id) : isAuthority(authority) && id !== ""
}

/** `^^Internet^mail@host` or `^PRN^PH^…`. */
export function isXtn(value: string): boolean {
  const [, , equipment = "", address = ""] = value.split("^")
  return equipment === "Internet" ? address.includes("@") : equipment === "PH" || equipment === "CP"
}

/** `XON|XCN|XTN`, at least one. */
export function isRecipient(value: string): boolean {
  const parts = value.split("|")
  const tests = [isXon, isXcn, isXtn]
  if (parts.length > tests.length || parts.every((part) => part === "")) return false
  return parts.every((part, index) => part === "" || (tests[index]?.(part) ?? false))
}

/** SHA-1 in hex, either case. */
export function isHash(value: string): boolean {
  return /^[0-9A-Fa-f]{40}$/.test(value)
}

/** Number of octets; 15 digits stay exact in a number. */
export function isSize(value: string): boolean {
  return /^[0-9]{1,15}$/.test(value)
}

/** `type/subtype` without parameters. */
export function isMimeType(value: string): boolean {
  return MIME_TYPE.test(value)
}

export function isLanguageCode(value: string): boolean {
  return LANGUAGE.test(value)
}

/** One value of sourcePatientInfo: `PID-n|field`. */
export function isPatientInfo(value: string): boolean {
  const [, field = "", content = ""] = PID.exec(value) ?? []
  if (field === "" || FORBIDDEN_PID.has(field)) return false
  if (content === "") return true
  if (field === "3") return content.split("~").every((id) => id === "" || isCx(id))
  if (field === "7") return isDtm(content)
  return field !== "8" || /^[MFOUAN]$/.test(content)
}

function isAuthority(value: string): boolean {
  const [, oid] = AUTHORITY.exec(value) ?? []
  return oid !== undefined && isOid(oid)
}
