/** SOAP 1.2 faults: what we answer when a message cannot even be understood (part 1 §5.4; WS-Addressing 1.0 SOAP §6.4; WS-Security 1.1 §12). */
import { Malformed } from "../malformed.ts"
import { childOf, isElement, type XmlElement } from "../xml/reader.ts"
import { element, type Markup } from "../xml/writer.ts"
import { SOAP12, WSSE } from "./namespaces.ts"
import type { XmlTag } from "../xml/stream.ts"

export type FaultValue = "VersionMismatch" | "MustUnderstand" | "DataEncodingUnknown" | "Sender" | "Receiver"

/** Thrown while reading an envelope; the actor writes it back. `code` of Malformed is `SOAP_<subcode or value>`. */
export class SoapFault extends Malformed {
  readonly value: FaultValue
  /** Local name in the WS-Addressing namespace (of a SecurityFault: WS-Security), or null. */
  readonly subcode: string | null

  constructor(
    value: FaultValue,
    reason: string,
    subcode: string | null = null,
    options?: { readonly cause?: unknown },
  ) {
    super(`SOAP_${subcode ?? value}`, "SOAP 1.2 part 1 §5.4", reason, options)
    this.value = value
    this.subcode = subcode
  }

  /** SOAP 1.2 part 2 table 20. */
  get httpStatus(): number {
    return this.value === "Sender" ? 400 : 500
  }
}

/** A mandatory header nobody here knows: the fault names it (part 1 §5.4.8). */
export class NotUnderstood extends SoapFault {
  readonly header: Pick<XmlTag, "namespace" | "local">

  constructor(header: Pick<XmlTag, "namespace" | "local">) {
    super("MustUnderstand", `header ${header.local} is not understood`)
    this.header = header
  }
}

/** WS-Security 1.1 §12, in its own words. */
const SECURITY_WORDS = {
  InvalidSecurity: "An error was discovered processing the Security header",
  InvalidSecurityToken: "An invalid security token was provided",
  FailedCheck: "The signature or decryption was invalid",
  SecurityTokenUnavailable: "Referenced security token could not be retrieved",
} as const

/** The Security header does not say what it must. Who sent it is told the standard's sentence alone; `why` is for our own trail. */
export class SecurityFault extends SoapFault {
  readonly why: string

  constructor(subcode: keyof typeof SECURITY_WORDS, why: string, options?: { readonly cause?: unknown }) {
    super("Sender", SECURITY_WORDS[subcode], subcode, options)
    this.why = why
  }
}

/** Subcodes that only say which way an addressing header is wrong (WS-Addressing 1.0 SOAP §6.4.1). */
const OF_INVALID_HEADER: readonly string[] = ["InvalidCardinality", "OnlyAnonymousAddressSupported"]

/** The Body child; prefixes soap12 and wsa must be bound around it (writeEnvelope does). */
export function writeFault(fault: SoapFault): Markup {
  const { value, subcode, message } = fault
  const prefix = fault instanceof SecurityFault ? "wsse" : "wsa"
  const subcodes = OF_INVALID_HEADER.includes(subcode ?? "")
    ? ["InvalidAddressingHeader", subcode]
    : [subcode]
  const code = element(
    "soap12:Code",
    {},
    element("soap12:Value", {}, `soap12:${value}`),
    nested(
      prefix,
      subcodes.filter((each) => each !== null),
    ),
  )
  const reason = element("soap12:Reason", {}, element("soap12:Text", { "xml:lang": "en" }, message))
  return element("soap12:Fault", {}, code, reason)
}

function nested(prefix: "wsa" | "wsse", [subcode, ...inner]: readonly string[]): Markup | null {
  if (subcode === undefined) return null
  const bound = prefix === "wsse" ? { "xmlns:wsse": WSSE } : {}
  const value = element("soap12:Value", bound, `${prefix}:${subcode}`)
  return element("soap12:Subcode", {}, value, nested(prefix, inner))
}

/** Header blocks that go with a fault: what version we speak, what we did not understand (part 1 §5.4.7, §5.4.8). */
export function writeFaultHeaders(fault: SoapFault): readonly Markup[] {
  if (fault instanceof NotUnderstood) {
    const { namespace, local } = fault.header
    const named = namespace === "" ? { qname: local } : { "xmlns:not": namespace, qname: `not:${local}` }
    return [element("soap12:NotUnderstood", named)]
  }
  if (fault.value !== "VersionMismatch") return []
  return [element("soap12:Upgrade", {}, element("soap12:SupportedEnvelope", { qname: "soap12:Envelope" }))]
}

export function isFault(body: XmlElement): boolean {
  return isElement(body, SOAP12, "Fault")
}

const VALUES: readonly FaultValue[] = [
  "VersionMismatch",
  "MustUnderstand",
  "DataEncodingUnknown",
  "Sender",
  "Receiver",
]

/** A fault that came as answer. An unknown code reads as Receiver: the peer could not process it. */
export function readFault(fault: XmlElement): SoapFault {
  const code = childOf(fault, SOAP12, "Code")
  const reason = childOf(fault, SOAP12, "Reason")
  const text = reason === null ? null : childOf(reason, SOAP12, "Text")
  const value = VALUES.find((known) => known === localOf(code)) ?? "Receiver"
  return new SoapFault(value, text?.text.trim() ?? "", innermost(code))
}

/** The subcode that says most, or null. */
function innermost(code: XmlElement | null): string | null {
  const inner = code === null ? null : childOf(code, SOAP12, "Subcode")
  return inner === null ? null : (innermost(inner) ?? localOf(inner))
}

/** Local part of the QName in Value. */
function localOf(parent: XmlElement | null): string | null {
  const value = parent === null ? null : childOf(parent, SOAP12, "Value")
  return value?.text.trim().split(":").at(-1) ?? null
}
