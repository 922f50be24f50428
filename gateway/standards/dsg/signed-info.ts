/** What a signing card may be asked to sign: the canonical ds:SignedInfo of a XAdES signature, and nothing else. */
import { ECDSA_SHA256, DS, RSA_SHA256, TYPE_SIGNED_PROPERTIES } from "./algorithms.ts"
import { canonical, childElements, malformed, onlyChild, withDocument } from "./document.ts"

/** Two documents and their attachments are about 2 KiB. */
export const MAX_SIGNED_INFO_BYTES = 64 << 10
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

const algorithmOf = (element: ReturnType<typeof onlyChild>): string => element.attr("Algorithm")?.value ?? ""
