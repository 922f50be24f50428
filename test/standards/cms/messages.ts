/** CMS messages put together part by part, so that each part can be made false alone. */
import { createCipheriv } from "node:crypto"
import { envelopePrefix, envelopeSuffix } from "../../../gateway/standards/cms/auth-enveloped-data.ts"
import { type Der, childrenOf, readDer } from "../../../gateway/standards/cms/der.ts"
import { der } from "../../../gateway/standards/cms/der-write.ts"
import { countedChance } from "../../peers/chance.ts"

export const CEK = countedChance("cek").bytes(32)
export const NONCE = countedChance("nonce").bytes(12)
export const CLEAR = Buffer.from("DICM and what follows. ".repeat(200))

/** Ciphertext and tag of AES-256-GCM. */
export function encrypted(clear: Uint8Array, cek = CEK, nonce = NONCE): { ciphertext: Buffer; tag: Buffer } {
  const cipher = createCipheriv("aes-256-gcm", cek, nonce)
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final()])
  return { ciphertext, tag: cipher.getAuthTag() }
}

/** AuthEnvelopedData as we write it. */
export function sealed(recipients: readonly Uint8Array[], clear: Uint8Array = CLEAR): Buffer {
  const { ciphertext, tag } = encrypted(clear)
  const chance = countedChance("seal")
  const input = { cek: CEK, nonce: NONCE, ciphertextLengthBytes: ciphertext.length, recipients, chance }
  return Buffer.concat([envelopePrefix(input), ciphertext, envelopeSuffix(tag)])
}

/** One value of a tree of BER: where it stands, and what stands inside. */
export interface Node {
  tag: number
  /** Of a primitive value. */
  content: Buffer
  children: Node[]
}

export function treeOf(value: Der): Node {
  const isConstructed = (value.tag & 0x20) !== 0
  return {
    tag: value.tag,
    content: isConstructed ? Buffer.alloc(0) : Buffer.from(value.content),
    children: isConstructed ? childrenOf(value).map(treeOf) : [],
  }
}

export const treeFrom = (encoded: Uint8Array): Node => treeOf(readDer(encoded))

/** DER again. */
export const written = ({ tag, content, children }: Node): Buffer =>
  Buffer.from(der(tag, content, ...children.map(written)))

/** BER with every constructed value of indefinite length (X.690 §8.1.3.6). */
export function indefinite(node: Node): Buffer {
  if ((node.tag & 0x20) === 0) return written(node)
  return Buffer.concat([Buffer.of(node.tag, 0x80), ...node.children.map(indefinite), Buffer.of(0, 0)])
}

/** An OCTET STRING under `tag` in segments of segments, `depth` deep, the innermost of at most `segmentBytes`. */
export function segmented(tag: number, content: Uint8Array, segmentBytes: number, depth: number): Node {
  const segments: Node[] = []
  for (let at = 0; at < content.length; at += segmentBytes) {
    const piece = content.subarray(at, at + segmentBytes)
    const primitive: Node = { tag: 0x04, content: Buffer.from(piece), children: [] }
    segments.push(depth > 1 ? segmented(0x24, piece, segmentBytes, depth - 1) : primitive)
  }
  return { tag: tag | 0x20, content: Buffer.alloc(0), children: segments }
}

/** The value at a path of child numbers. */
export const at = (root: Node, ...path: readonly number[]): Node =>
  path.reduce((node, index) => node.children[index]!, root)

/** A message whose tree was changed. */
export function changed(message: Uint8Array, change: (root: Node) => void): Buffer {
  const root = treeFrom(message)
  change(root)
  return written(root)
}

/** Where things stand in the tree of a whole AuthEnvelopedData (RFC 5083 §2.1). */
export const PLACES = {
  contentType: [0],
  authEnveloped: [1, 0],
  version: [1, 0, 0],
  recipients: [1, 0, 1],
  contentInfo: [1, 0, 2],
  innerType: [1, 0, 2, 0],
  cipher: [1, 0, 2, 1, 0],
  parameters: [1, 0, 2, 1, 1],
  ciphertext: [1, 0, 2, 2],
  mac: [1, 0, 3],
} as const
