/** DER taken apart into a tree that can be bent, and written again, as DER or in a form only BER has. */
import { type Der, childrenOf, readDer } from "../../gateway/standards/cms/der.ts"
import { der } from "../../gateway/standards/cms/der-write.ts"

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
