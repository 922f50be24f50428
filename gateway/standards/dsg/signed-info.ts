/** What a signing card may be asked to sign: the canonical ds:SignedInfo of a XAdES signature, and nothing else; and what it covers. */
import {
  C14N_11_WITH_COMMENTS,
  DS,
  ECDSA_SHA256,
  EXC_C14N,
  RSA_SHA256,
  SHA256,
  TYPE_SIGNED_PROPERTIES,
  XADES,
} from "./algorithms.ts"
import { canonical, childElements, malformed, onlyChild, withDocument } from "./document.ts"
import { sha256Hex } from "../sha256.ts"

/** Two documents and their attachments are about 2 KiB. */
export const MAX_SIGNED_INFO_BYTES = 64 << 10
/** A person signs one report: two documents, and what lies beside them. */
const MAX_DOCUMENTS = 8
/** KeyInfo, SignedProperties and a manifest. */
export const MAX_SIGNED_PARTS = 3
const TRANSFORMS: ReadonlySet<string> = new Set([EXC_C14N, C14N_11_WITH_COMMENTS])
const METHODS: ReadonlySet<string> = new Set([RSA_SHA256, ECDSA_SHA256])

/**
 * A card's key would sign the octets of a TLS handshake, a PDF or a contract just as well: what is not letter for letter a
 * SignedInfo that covers signed properties (thus time and certificate) never comes to it.
 *
 * @throws Malformed SIGNED_INFO, or as `withDocument`
 */
export function demandSignedInfo(octets: Uint8Array): void {
  if (octets.length > MAX_SIGNED_INFO_BYTES) throw malformed("SIGNED_INFO", "too long")
  withDocument(octets, (root) => {
    if (root.name !== "SignedInfo" || root.namespaceUri !== DS)
      throw malformed("SIGNED_INFO", "not a ds:SignedInfo")
    if (!METHODS.has(algorithmOf(onlyChild(root, DS, "SignatureMethod"))))
      throw malformed("SIGNED_INFO", "another signature method")
    const coversProperties = childElements(root).some(
      (child) => child.name === "Reference" && child.attr("Type")?.value === TYPE_SIGNED_PROPERTIES,
    )
    if (!coversProperties) throw malformed("SIGNED_INFO", "signed properties are not covered")
    const written = canonical(root, algorithmOf(onlyChild(root, DS, "CanonicalizationMethod")))
    if (Buffer.compare(written, octets) !== 0) throw malformed("SIGNED_INFO", "not in canonical form")
  })
}

/**
 * Digests of the documents that this signature covers, as they stand in what is signed: each can be computed of the document
 * itself, whoever says what it is. All else that is signed is laid open, and is what only a signature has: no document stands
 * inside of it under the name of a part.
 *
 * @param signedInfo as `demandSignedInfo` let it pass
 * @param parts the signature's own, canonical: each that SignedInfo names inside of the signature, and no others
 * @returns hex SHA-256, in the signature's order
 * @throws Malformed SIGNED_INFO: a part is missing or is none, nothing or too much is covered, or by other digests or transforms
 */
export function coveredDocuments(signedInfo: Uint8Array, parts: readonly Uint8Array[]): readonly string[] {
  const named = withDocument(signedInfo, references)
  const inside = named.filter(isInside).map(({ digest }) => parts.find((each) => sha256Hex(each) === digest))
  if (inside.length !== parts.length || new Set(inside).size !== parts.length)
    throw malformed("SIGNED_INFO", "the parts laid open are not those that are signed")
  const behind = inside.flatMap((part) => (part === undefined ? [] : withDocument(part, listedIn)))
  if (inside.includes(undefined) || behind.some(isInside))
    throw malformed("SIGNED_INFO", "a part that is signed is not laid open")
  const documents = [...named.filter((each) => !isInside(each)), ...behind]
  if (documents.length === 0 || documents.length > MAX_DOCUMENTS)
    throw malformed("SIGNED_INFO", "it covers no document, or more than a report has")
  return documents.map(({ digest }) => digest)
}

interface Named {
  readonly uri: string
  /** Hex. */
  readonly digest: string
}

/** Of the signature's own document; "" is all of that. */
const isInside = ({ uri }: Named): boolean => uri === "" || uri.startsWith("#")

/** What a manifest lists; another part lists nothing, and holds what it is there for alone. */
function listedIn(root: Parameters<typeof childElements>[0]): readonly Named[] {
  const isOf = (name: string, namespaceUri: string): boolean =>
    root.name === name && root.namespaceUri === namespaceUri
  if (isOf("Manifest", DS)) return references(root)
  const isKey = isOf("KeyInfo", DS) && childElements(root).every(({ name }) => name === "X509Data")
  if (!isKey && !isOf("SignedProperties", XADES))
    throw malformed("SIGNED_INFO", "not a part of a signature is signed")
  return []
}

function references(root: Parameters<typeof childElements>[0]): readonly Named[] {
  return childElements(root)
    .filter(({ name }) => name === "Reference")
    .map((one) => {
      if (algorithmOf(onlyChild(one, DS, "DigestMethod")) !== SHA256)
        throw malformed("SIGNED_INFO", "another digest than SHA-256")
      const transforms = childElements(one)
        .filter(({ name }) => name === "Transforms")
        .flatMap(childElements)
      // Any other could make whatever it likes of what it is given.
      if (!transforms.every((each) => TRANSFORMS.has(algorithmOf(each))))
        throw malformed("SIGNED_INFO", "another transform than a canonical form")
      return {
        uri: one.attr("URI")?.value ?? "#",
        digest: Buffer.from(onlyChild(one, DS, "DigestValue").content, "base64").toString("hex"),
      }
    })
}

const algorithmOf = (element: ReturnType<typeof onlyChild>): string => element.attr("Algorithm")?.value ?? ""
