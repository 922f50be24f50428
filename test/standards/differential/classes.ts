/**
 * Where we accept what another tool refuses. Each class says which part nobody's verdict hangs on; an input is of a class only
 * when the other tool accepts it once that part is put right, and nothing else was changed.
 */
import { derFromBer } from "../../../gateway/standards/cms/ber.ts"
import { type Node, at, treeFrom, written } from "../../peers/der-tree.ts"
import { PLACES } from "../cms/messages.ts"

export interface Class {
  readonly name: string
  readonly family: string
  readonly clause: string
  readonly why: string
  /** The input with that part as in the honest one; throws, or gives something refused, when it is not of this class. */
  readonly mended: (input: Buffer, honest: Buffer) => Buffer
}

const inDer = (input: Buffer): Node => treeFrom(derFromBer(input))

const SIGNED_DATA = [1, 0]
/** crls in SignedData, unsignedAttrs in SignerInfo. */
const UNSIGNED = 0xa1
const DIGEST_ALGORITHMS = [...SIGNED_DATA, 1]
/** The only SignerInfo stands last of all. */
const signerInfo = (root: Node): Node => at(root, ...SIGNED_DATA).children.at(-1)!.children[0]!

function withHonestHints(input: Buffer, honest: Buffer): Node {
  const [root, right] = [inDer(input), treeFrom(honest)]
  Object.assign(at(root, ...DIGEST_ALGORITHMS), at(right, ...DIGEST_ALGORITHMS))
  return root
}

export const CLASSES: readonly Class[] = [
  {
    name: "certificates in BER",
    family: "time-stamp tokens",
    clause: "X.690 §8; RFC 5652 §10.2.2",
    why: "the frame of a token may be BER; a certificate in it is read as the DER its issuer signed, and its signature is checked over that",
    mended: (input) => written(inDer(input)),
  },
  {
    name: "digestAlgorithms",
    family: "time-stamp tokens",
    clause: "RFC 5652 §5.1",
    why: "a hint for one-pass readers, not signed; the digest is that of the SignerInfo",
    mended: (input, honest) => written(withHonestHints(input, honest)),
  },
  {
    name: "parameters of the SignerInfo's algorithms",
    family: "time-stamp tokens",
    clause: "RFC 5754 §2, §3",
    why: "absent or NULL, and meaningless; the algorithms themselves are compared with the table",
    mended: (input, honest) => {
      const root = withHonestHints(input, honest)
      const [found, right] = [signerInfo(root), signerInfo(treeFrom(honest))]
      for (const place of [2, 4]) {
        const algorithm = found.children[place]!
        if (written(at(algorithm, 0)).equals(written(at(right, place, 0))))
          algorithm.children = at(right, place).children
      }
      return written(root)
    },
  },
  {
    name: "versions of SignedData and SignerInfo",
    family: "time-stamp tokens",
    clause: "RFC 5652 §5.1, §5.3",
    why: "follow from what else stands there, are not signed, and change nothing in how it is read",
    mended: (input, honest) => {
      const root = withHonestHints(input, honest)
      const right = treeFrom(honest)
      Object.assign(at(root, ...SIGNED_DATA, 0), at(right, ...SIGNED_DATA, 0))
      Object.assign(signerInfo(root).children[0]!, signerInfo(right).children[0]!)
      return written(root)
    },
  },
  {
    name: "unsigned attributes, lists, and certificates of other formats",
    family: "time-stamp tokens",
    clause: "RFC 5652 §5.1, §5.3, §10.2.2",
    why: "nobody signed them, and they are not read: revocation comes from lists of our own or of the document",
    mended: (input, honest) => {
      const root = withHonestHints(input, honest)
      for (const node of [at(root, ...SIGNED_DATA), signerInfo(root)])
        node.children = node.children.filter(({ tag }) => tag !== UNSIGNED)
      const certificates = at(root, ...SIGNED_DATA, 3)
      certificates.children = certificates.children.filter(({ tag }) => tag === 0x30)
      return written(root)
    },
  },
  {
    name: "names of other recipients",
    family: "envelopes",
    clause: "RFC 5652 §6.2.1, §10.2.4",
    why: "issuer and serial number are compared with ours as octets; those of others are nobody's to read",
    mended: (input, honest) => {
      const root = inDer(input)
      Object.assign(at(root, ...PLACES.recipients), at(treeFrom(honest), ...PLACES.recipients))
      return written(root)
    },
  },
]
