/** Certificate extensions (RFC 5280 §4.2) that decide something here. */
import { Malformed } from "../malformed.ts"
import { type Der, DerParts, TAG, childrenOf, readDer } from "../cms/der.ts"
import { booleanOf, namedBits, octetsOf, oidOf, smallInteger, textOf } from "../cms/der-values.ts"
import { type HCActor, readHcRoles } from "./hc-role.ts"
import { type Name, attributeOf, readName } from "./name.ts"

export const EXTENSION = {
  subjectDirectoryAttributes: "2.5.29.9",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  cRLNumber: "2.5.29.20",
  reasonCode: "2.5.29.21",
  invalidityDate: "2.5.29.24",
  deltaCRLIndicator: "2.5.29.27",
  issuingDistributionPoint: "2.5.29.28",
  cRLDistributionPoints: "2.5.29.31",
  certificatePolicies: "2.5.29.32",
  authorityKeyIdentifier: "2.5.29.35",
  extKeyUsage: "2.5.29.37",
  nameConstraints: "2.5.29.30",
  expiredCertsOnCRL: "2.5.29.60",
  authorityInfoAccess: "1.3.6.1.5.5.7.1.1",
  ocspNoCheck: "1.3.6.1.5.5.7.48.1.5",
} as const

/** id-ad-ocsp: how authorityInfoAccess marks the address of an OCSP responder. */
const ACCESS_OCSP = "1.3.6.1.5.5.7.48.1"
/** GeneralName uniformResourceIdentifier [6] IMPLICIT. */
const URI = 0x86
const DIRECTORY_NAME = 0xa4

/** KeyUsage bits in their order (RFC 5280 §4.2.1.3). */
export const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const
export type KeyUsage = (typeof KEY_USAGES)[number]

export interface Extension {
  readonly id: string
  readonly critical: boolean
  /** DER inside the OCTET STRING. */
  readonly value: Uint8Array
}

export interface Extensions {
  readonly subjectKeyIdentifier: Uint8Array | null
  readonly authorityKeyIdentifier: Uint8Array | null
  /** null when the extension is absent, which allows every use. */
  readonly keyUsage: readonly KeyUsage[] | null
  /** OIDs; null when absent. */
  readonly extKeyUsage: readonly string[] | null
  readonly isCa: boolean
  readonly pathLenConstraint: number | null
  /** OIDs. */
  readonly certificatePolicies: readonly string[]
  /** directoryName of subjectAltName: HPKI's Japanese name. */
  readonly alternativeName: Name | null
  /** URIs, and names in a directory (`readFullName`). */
  readonly cRLDistributionPoints: readonly string[]
  /** Addresses of OCSP responders (authorityInfoAccess). */
  readonly ocspResponders: readonly string[]
  readonly hcRoles: readonly HCActor[]
}

export function readExtensionList(explicit: Der | null): readonly Extension[] {
  if (explicit === null) return []
  const extensions = childrenOf(new DerParts(explicit, "extensions", explicit.tag).take()).map(readExtension)
  if (new Set(extensions.map(({ id }) => id)).size < extensions.length) {
    throw new Malformed("CERTIFICATE", "RFC 5280 §4.2", "an extension occurs twice")
  }
  return extensions
}

export function readExtension(value: Der): Extension {
  const parts = new DerParts(value, "Extension")
  const id = oidOf(parts.take())
  const criticalPart = parts.maybe(TAG.boolean)
  const extension = {
    id,
    critical: criticalPart !== null && booleanOf(criticalPart),
    value: octetsOf(parts.take()),
  }
  parts.end()
  return extension
}

export function readExtensions(extensions: readonly Extension[]): Extensions {
  const read = <Value>(id: string, reader: (value: Der) => Value, absent: Value): Value => {
    const extension = extensions.find((candidate) => candidate.id === id)
    return extension === undefined ? absent : reader(readDer(extension.value))
  }
  return {
    subjectKeyIdentifier: read<Uint8Array | null>(EXTENSION.subjectKeyIdentifier, octetsOf, null),
    authorityKeyIdentifier: read(EXTENSION.authorityKeyIdentifier, readAuthorityKeyIdentifier, null),
    keyUsage: read<readonly KeyUsage[] | null>(EXTENSION.keyUsage, readKeyUsage, null),
    extKeyUsage: read<readonly string[] | null>(
      EXTENSION.extKeyUsage,
      (value) => childrenOf(value).map(oidOf),
      null,
    ),
    ...read(EXTENSION.basicConstraints, readBasicConstraints, { isCa: false, pathLenConstraint: null }),
    certificatePolicies: read<readonly string[]>(EXTENSION.certificatePolicies, readPolicies, []),
    alternativeName: read<Name | null>(EXTENSION.subjectAltName, readDirectoryName, null),
    cRLDistributionPoints: read<readonly string[]>(
      EXTENSION.cRLDistributionPoints,
      readDistributionPoints,
      [],
    ),
    ocspResponders: read<readonly string[]>(EXTENSION.authorityInfoAccess, readOcspResponders, []),
    hcRoles: read<readonly HCActor[]>(EXTENSION.subjectDirectoryAttributes, readHcRoles, []),
  }
}

function readAuthorityKeyIdentifier(value: Der): Uint8Array | null {
  return new DerParts(value, "AuthorityKeyIdentifier").maybe(0x80)?.content ?? null
}

function readKeyUsage(value: Der): readonly KeyUsage[] {
  const bits = namedBits(value)
  return KEY_USAGES.filter((_, bit) => bits[bit] === true)
}

function readBasicConstraints(value: Der): { isCa: boolean; pathLenConstraint: number | null } {
  const parts = new DerParts(value, "BasicConstraints")
  const ca = parts.maybe(TAG.boolean)
  const pathLen = parts.maybe(TAG.integer)
  parts.end()
  return {
    isCa: ca !== null && booleanOf(ca),
    pathLenConstraint: pathLen === null ? null : smallInteger(pathLen),
  }
}

const readPolicies = (value: Der) =>
  childrenOf(value).map((policy) => oidOf(new DerParts(policy, "PolicyInformation").take()))

function readDirectoryName(value: Der): Name | null {
  const directoryName = childrenOf(value).find(({ tag }) => tag === DIRECTORY_NAME)
  return directoryName === undefined
    ? null
    : readName(new DerParts(directoryName, "directoryName", DIRECTORY_NAME).take())
}

/** Names of every point, as of `readFullName`. */
function readDistributionPoints(value: Der): readonly string[] {
  return childrenOf(value).flatMap((point) => {
    const names = new DerParts(point, "DistributionPoint").maybe(0xa0)
    return names === null ? [] : readFullName(names)
  })
}

/**
 * Names of a DistributionPointName `[0]`: a URI as it stands, a directoryName (the root of HPKI has one) as `directoryName:` and its
 * octets in hex: certificate and list have the same (RFC 5280 §5.2.5). Names of other kinds are left out.
 */
export function readFullName(distributionPointName: Der): readonly string[] {
  const fullName = new DerParts(distributionPointName, "distributionPoint", 0xa0).maybe(0xa0)
  return fullName === null
    ? []
    : childrenOf(fullName).flatMap((name) =>
        name.tag === DIRECTORY_NAME
          ? [`directoryName:${Buffer.from(name.content).toString("hex")}`]
          : uriOf(name),
      )
}

function readOcspResponders(value: Der): readonly string[] {
  return childrenOf(value).flatMap((description) => {
    const parts = new DerParts(description, "AccessDescription")
    return oidOf(parts.take()) === ACCESS_OCSP ? uriOf(parts.take()) : []
  })
}

const uriOf = ({ tag, content }: Der): string[] =>
  tag === URI ? [textOf({ tag: TAG.ia5String, content, encoded: content })] : []

/** The holder's Japanese name, "" when the certificate has none. */
export const japaneseName = (certificate: Pick<Extensions, "alternativeName">): string =>
  certificate.alternativeName === null ? "" : attributeOf(certificate.alternativeName, "CN")
