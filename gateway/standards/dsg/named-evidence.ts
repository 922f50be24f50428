/**
 * XAdES-C and -X (ETSI TS 101 903 §7.4, §7.5, ITI TF-3 5.5.2): the evidence is named by digests, and a second time stamp over
 * signature, first time stamp and these names: an authority whose key is lost later changes nothing any more.
 */
import type { XmlElement } from "libxml2-wasm"
import type { Certificate } from "../hpki/certificate.ts"
import type { Crl } from "../hpki/crl.ts"
import { distinguishedName, readName } from "../hpki/name.ts"
import type { OcspResponse } from "../hpki/ocsp.ts"
import { readDer } from "../cms/der.ts"
import { DS } from "./algorithms.ts"
import { canonical, malformed, onlyChild, withDocument } from "./document.ts"
import { sha256 } from "../sha256.ts"
import { base64, element, escape } from "./markup.ts"
import { encapsulated } from "./time-stamp.ts"
import { unsignedProperty, withUnsigned } from "./unsigned.ts"
import { isXades, unsignedProperties } from "./xades-read.ts"
import { writeDigest } from "./xades-write.ts"

/** Of one path: what stands above its leaf, and the lists. */
interface Named {
  readonly certificates: readonly Certificate[]
  readonly crls: readonly Crl[]
  readonly ocsp: readonly OcspResponse[]
}

/** What SigAndRefsTimeStamp covers besides the signature's value, in this order whatever theirs (TS 101 903 §7.5.1). */
const COVERED = ["SignatureTimeStamp", "CompleteCertificateRefs", "CompleteRevocationRefs"] as const

/** XAdES-C: names the path's certificates and lists. Throws Malformed SIGNATURE_STRUCTURE when it does already. */
export function withReferences(xml: Uint8Array, { certificates, crls, ocsp }: Named): Uint8Array {
  withDocument(xml, (root) => {
    if (unsignedProperties(root).some((one) => isXades(one, "CompleteCertificateRefs")))
      throw malformed("SIGNATURE_STRUCTURE", "its evidence is named already")
  })
  return withUnsigned(
    xml,
    unsignedProperty(
      "xades:CompleteCertificateRefs",
      {},
      element("xades:CertRefs", {}, ...certificates.map(writeCertificateRef)),
    ),
    unsignedProperty(
      "xades:CompleteRevocationRefs",
      {},
      ...(crls.length === 0 ? [] : [element("xades:CRLRefs", {}, ...crls.map(writeCrlRef))]),
      ...(ocsp.length === 0 ? [] : [element("xades:OCSPRefs", {}, ...ocsp.map(writeOcspRef))]),
    ),
  )
}

function writeCertificateRef({ encoded, issuer, serial }: Certificate): string {
  return element(
    "xades:Cert",
    {},
    element("xades:CertDigest", {}, writeDigest(sha256(encoded))),
    element(
      "xades:IssuerSerial",
      {},
      element("ds:X509IssuerName", {}, escape(distinguishedName(issuer))),
      element("ds:X509SerialNumber", {}, decimal(serial)),
    ),
  )
}

/** libxml2 reads no more than 24 digits: an authority with longer serials fails its schema, not its meaning. */
const decimal = (serial: Uint8Array): string => BigInt(`0x${Buffer.from(serial).toString("hex")}`).toString()

function writeCrlRef({ encoded, issuer, thisUpdate }: Crl): string {
  return element(
    "xades:CRLRef",
    {},
    element("xades:DigestAlgAndValue", {}, writeDigest(sha256(encoded))),
    element(
      "xades:CRLIdentifier",
      {},
      element("xades:Issuer", {}, escape(distinguishedName(issuer))),
      element("xades:IssueTime", {}, thisUpdate.toISOString().replace(/\.\d+Z$/, "Z")),
    ),
  )
}

function writeOcspRef({ encoded, responder, producedAt }: OcspResponse): string {
  const by =
    responder.by === "key"
      ? element("xades:ByKey", {}, base64(responder.value))
      : element("xades:ByName", {}, escape(distinguishedName(readName(readDer(responder.value)))))
  return element(
    "xades:OCSPRef",
    {},
    element(
      "xades:OCSPIdentifier",
      {},
      element("xades:ResponderID", {}, by),
      element("xades:ProducedAt", {}, producedAt.toISOString().replace(/\.\d+Z$/, "Z")),
    ),
    element("xades:DigestAlgAndValue", {}, writeDigest(sha256(encoded))),
  )
}

/** What SigAndRefsTimeStamp stamps. */
export function referencesStampInput(xml: Uint8Array, canonicalization: string): Uint8Array {
  return withDocument(xml, (root) => referencesStampOctets(root, canonicalization))
}

export function referencesStampOctets(root: XmlElement, canonicalization: string): Uint8Array {
  const properties = unsignedProperties(root)
  const covered = COVERED.flatMap((name) => properties.filter((one) => isXades(one, name)))
  return Buffer.concat(
    [onlyChild(root, DS, "SignatureValue"), ...covered].map((one) => canonical(one, canonicalization)),
  )
}

/** XAdES-X, type 1. */
export const withReferencesStamp = (
  xml: Uint8Array,
  token: Uint8Array,
  canonicalization: string,
): Uint8Array =>
  withUnsigned(
    xml,
    unsignedProperty("xades:SigAndRefsTimeStamp", {}, ...encapsulated(token, canonicalization)),
  )
