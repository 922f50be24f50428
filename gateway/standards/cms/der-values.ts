/** DER primitive values (X.690 §8): OBJECT IDENTIFIER, INTEGER, strings and times → JavaScript values. */
import { type Der, TAG, malformedDer } from "./der.ts"

const MAX_OID_OCTETS = 64

/** Dotted decimal. Throws Malformed DER for a wrong tag or encoding. */
export function oidOf(value: Der): string {
  if (value.tag !== TAG.oid) throw malformedDer("not an OBJECT IDENTIFIER")
  const { content } = value
  if (content.length === 0 || content.length > MAX_OID_OCTETS) throw malformedDer("OID length")
  const arcs: bigint[] = []
  let arc = 0n
  let fresh = true
  for (const octet of content) {
    if (fresh && octet === 0x80) throw malformedDer("OID arc is not minimal")
    arc = (arc << 7n) | BigInt(octet & 0x7f)
    fresh = (octet & 0x80) === 0
    if (fresh) {
      arcs.push(arc)
      arc = 0n
    }
  }
  if (!fresh) throw malformedDer("OID ends inside an arc")
  const [first = 0n, ...others] = arcs
  const root = first < 80n ? first / 40n : 2n
  return [root, first - root * 40n, ...others].join(".")
}

/** The INTEGER's octets, checked to be minimal (X.690 §8.3.2). Compare numbers of others as octets, never as values. */
export function integerOctets(value: Der, tag: number = TAG.integer): Uint8Array {
  const [first, second] = value.content
  if (value.tag !== tag || first === undefined) throw malformedDer("not an INTEGER")
  const padded = second !== undefined && (first === 0 ? second < 0x80 : first === 0xff && second >= 0x80)
  if (padded) throw malformedDer("INTEGER is not minimal")
  return value.content
}

/** A small non-negative INTEGER (or ENUMERATED with its tag). */
export function smallInteger(value: Der, tag: number = TAG.integer): number {
  const octets = integerOctets(value, tag)
  if (octets.length > 4 || (octets[0] ?? 0) >= 0x80) throw malformedDer("INTEGER out of range")
  return octets.reduce((number, octet) => number * 256 + octet, 0)
}

/** BOOLEAN; DER knows 00 and FF only (X.690 §11.1). */
export function booleanOf(value: Der): boolean {
  const [octet] = value.content
  if (value.tag !== TAG.boolean || value.content.length !== 1 || (octet !== 0 && octet !== 0xff)) {
    throw malformedDer("not a BOOLEAN")
  }
  return octet === 0xff
}

export function octetsOf(value: Der, tag: number = TAG.octetString): Uint8Array {
  if (value.tag !== tag) throw malformedDer("not an OCTET STRING")
  return value.content
}

/** BIT STRING of whole octets (keys, signatures). */
export function bitStringOctets(value: Der): Uint8Array {
  if (value.tag !== TAG.bitString || value.content[0] !== 0)
    throw malformedDer("not a BIT STRING of whole octets")
  return value.content.subarray(1)
}

/** Named bits of a BIT STRING, bit 0 first (keyUsage, PKIFailureInfo). */
export function namedBits(value: Der, tag: number = TAG.bitString): readonly boolean[] {
  const unused = value.content[0]
  if (value.tag !== tag || unused === undefined || unused > 7) throw malformedDer("not a BIT STRING")
  const bits = [...value.content.subarray(1)].flatMap((octet) =>
    [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (octet & (1 << bit)) !== 0),
  )
  return bits.slice(0, bits.length - unused)
}

/** Text of any DirectoryString or IA5String; T.61 is read as Latin-1. */
export function textOf(value: Der): string {
  switch (value.tag) {
    case TAG.utf8String:
      return utf8(value.content)
    case TAG.bmpString:
      return utf16(value.content)
    case TAG.printableString:
    case TAG.numericString:
    case TAG.ia5String:
    case TAG.teletexString:
      return Buffer.from(value.content).toString("latin1")
    default:
      throw malformedDer("not a character string")
  }
}

function utf8(octets: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets)
  } catch (cause) {
    throw Object.assign(malformedDer("not UTF-8"), { cause })
  }
}

function utf16(octets: Uint8Array): string {
  if (octets.length % 2 !== 0) throw malformedDer("BMPString of odd length")
  return Buffer.from(octets).swap16().toString("utf16le")
}

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/

/** UTCTime or GeneralizedTime in UTC (RFC 5280 §4.1.2.5); fractions of a second are allowed (RFC 3161 §2.4.2). */
export function timeOf(value: Der): Date {
  const text = Buffer.from(value.content).toString("latin1")
  const match = (value.tag === TAG.utcTime ? UTC_TIME : GENERALIZED_TIME).exec(text)
  if (match === null || (value.tag !== TAG.utcTime && value.tag !== TAG.generalizedTime)) {
    throw malformedDer("not a time in UTC")
  }
  const [years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 7).map(Number)
  const century = value.tag === TAG.generalizedTime ? 0 : years < 50 ? 2000 : 1900
  const fraction = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1000)
  const time = new Date(Date.UTC(century + years, months - 1, days, hours, minutes, seconds, fraction))
  if (time.getUTCDate() !== days || time.getUTCHours() !== hours) throw malformedDer("no such time")
  return time
}
