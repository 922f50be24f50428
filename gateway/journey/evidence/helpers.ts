/** What a verifier will need beside a signature: certificates on the way to an anchor, lists of their issuers, anchors by digest. */
import { readSignedData } from "../../standards/cms/signed-data.ts"
import { readEvidence } from "../../standards/dsg/embedded-evidence.ts"
import { readSignatureDocument } from "../../standards/dsg/signature-document.ts"
import type { SignatureTrust } from "../../standards/dsg/trust.ts"
import { MAX_KEPT_EVIDENCE } from "../../standards/dsg/xades-read.ts"
import type { AnchorUse, NamedAnchor } from "../../standards/evidence/evidence-index.ts"
import { readCertificate, type Certificate } from "../../standards/hpki/certificate.ts"
import type { Crl } from "../../standards/hpki/crl.ts"
import type { OcspResponse } from "../../standards/hpki/ocsp.ts"
import { sameName } from "../../standards/hpki/name.ts"
import { sha256Hex } from "../../standards/sha256.ts"

export interface Helpers {
  readonly certificates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  readonly ocsp: readonly Uint8Array[]
  readonly anchors: readonly NamedAnchor[]
}

/** Each signature document with what it was judged by. */
export interface Signed {
  readonly xml: Uint8Array
  readonly trust: SignatureTrust
}

/** @throws Malformed for what is no signature document: it was judged before */
export function helpersOf(signed: readonly Signed[]): Helpers {
  const each = signed.map(helpersOfOne)
  return {
    certificates: distinct(each.flatMap(({ certificates }) => certificates)),
    crls: distinct(each.flatMap(({ crls }) => crls)),
    ocsp: distinct(each.flatMap(({ ocsp }) => ocsp)),
    anchors: [
      ...new Map(
        each.flatMap(({ anchors }) => anchors).map((one) => [`${one.use} ${one.sha256}`, one]),
      ).values(),
    ],
  }
}

function helpersOfOne({ xml, trust }: Signed): Helpers {
  const { certificates, evidence, timeStamps } = readSignatureDocument(xml, undefined, MAX_KEPT_EVIDENCE)
  // What nobody can read among the evidence that came along was passed over by the verdict, and is here.
  const own = [...certificates.map(readCertificate), ...readEvidence(evidence).certificates]
  const ofTime = timeStamps.flatMap(({ token }) => readSignedData(token).certificates)
  const signers = reached(own, [...trust.intermediates, ...trust.anchors])
  const authorities = reached(ofTime, [...own, ...trust.timeStamp.intermediates, ...trust.timeStamp.anchors])
  const all = [...signers, ...authorities]
  return {
    certificates: all.map(({ encoded }) => encoded),
    crls: [...trust.crls, ...trust.timeStamp.crls]
      .filter((crl) => isOfOne(crl, all))
      .map(({ encoded }) => encoded),
    ocsp: [...(trust.ocsp ?? []), ...(trust.timeStamp.ocsp ?? [])]
      .filter((answer) => isAboutOne(answer, all))
      .map(({ encoded }) => encoded),
    anchors: [
      ...named(trust.kind === "seal" ? "seal" : "hpki", trust.anchors, signers),
      ...named("tsa", trust.timeStamp.anchors, authorities),
    ],
  }
}

/** Those to begin with, and whoever may have issued one of them. */
function reached(leaves: readonly Certificate[], issuers: readonly Certificate[]): readonly Certificate[] {
  const found = [...leaves]
  for (const certificate of found)
    found.push(
      ...issuers.filter((each) => sameName(each.subject, certificate.issuer) && !found.includes(each)),
    )
  return found
}

const isOfOne = ({ issuer }: Crl, all: readonly Certificate[]): boolean =>
  all.some(({ subject, issuer: above }) => sameName(subject, issuer) || sameName(above, issuer))

const isAboutOne = ({ answers }: OcspResponse, all: readonly Certificate[]): boolean =>
  answers.some((answer) => all.some(({ serial }) => Buffer.compare(serial, answer.certId.serial) === 0))

const named = (
  use: AnchorUse,
  anchors: readonly Certificate[],
  found: readonly Certificate[],
): readonly NamedAnchor[] =>
  anchors
    .filter((anchor) => found.includes(anchor))
    .map(({ subject, encoded }) => ({ use, subject: subject.text, sha256: sha256Hex(encoded) }))

const distinct = (all: readonly Uint8Array[]): readonly Uint8Array[] => [
  ...new Map(all.map((octets) => [sha256Hex(octets), octets])).values(),
]
