/** What a signing card may be asked to sign: the canonical ds:SignedInfo of a XAdES signature, and nothing else; and what it covers. */
import { ECDSA_SHA256, DS, RSA_SHA256, SHA256, TYPE_MANIFEST, TYPE_SIGNED_PROPERTIES } from "./algorithms.ts"
import { canonical, childElements, malformed, onlyChild, withDocument } from "./document.ts"
import { sha256Hex } from "../sha256.ts"

/** Two documents and their attachments are about 2 KiB. */
export const MAX_SIGNED_INFO_BYTES = 64 << 10
/** A person signs one report: two documents, and what lies beside them. */
const MAX_DOCUMENTS = 8
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
 * itself, whoever says what it is.
 *
 * @param signedInfo as `demandSignedInfo` let it pass
 * @param manifest canonical ds:Manifest; null where the references stand in SignedInfo
 * @returns hex SHA-256, in the signature's order
 * @throws Malformed SIGNED_INFO: the manifest is not the one that is signed, nothing or too much is, or by other digests
 */
export function coveredDocuments(signedInfo: Uint8Array, manifest: Uint8Array | null): readonly string[] {
  const named = withDocument(signedInfo, references)
  const [listed, ...more] = named.filter(({ type }) => type === TYPE_MANIFEST)
  if ((listed === undefined) !== (manifest === null) || more.length > 0)
    throw malformed("SIGNED_INFO", "the manifest is missing, or none is signed")
  const behind = manifest === null || listed === undefined ? [] : manifestReferences(manifest, listed.digest)
  const documents = [...named, ...behind].filter(({ uri }) => !uri.startsWith("#"))
  if (documents.length === 0 || documents.length > MAX_DOCUMENTS)
    throw malformed("SIGNED_INFO", "it covers no document, or more than a report has")
  return documents.map(({ digest }) => digest)
}

interface Named {
  readonly uri: string
  readonly type: string
  /** Hex. */
  readonly digest: string
}

function manifestReferences(manifest: Uint8Array, digest: string): readonly Named[] {
  if (sha256Hex(manifest) !== digest) throw malformed("SIGNED_INFO", "another manifest is signed")
  return withDocument(manifest, (root) => {
    if (root.name !== "Manifest" || root.namespaceUri !== DS)
      throw malformed("SIGNED_INFO", "not a ds:Manifest")
    return references(root)
  })
}

function references(root: Parameters<typeof childElements>[0]): readonly Named[] {
  return childElements(root)
    .filter(({ name }) => name === "Reference")
    .map((one) => {
      if (algorithmOf(onlyChild(one, DS, "DigestMethod")) !== SHA256)
        throw malformed("SIGNED_INFO", "another digest than SHA-256")
      return {
        uri: one.attr("URI")?.value ?? "#",
        type: one.attr("Type")?.value ?? "",
        digest: Buffer.from(onlyChild(one, DS, "DigestValue").content, "base64").toString("hex"),
      }
    })
}

const algorithmOf = (element: ReturnType<typeof onlyChild>): string => element.attr("Algorithm")?.value ?? ""
