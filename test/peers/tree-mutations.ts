/**
 * Messages bent where a reader looks: values of a DER tree dropped, doubled, exchanged, renamed, or written in another of the
 * forms BER has; and XML bent between its tags. Most octets bent at random are refused by everybody at once; these are not.
 */
import { type Node, indefinite, segmented, treeFrom, written } from "./der-tree.ts"
import { type Dice, below, mutated } from "./mutations.ts"

const pick = <T>(dice: Dice, from: readonly T[]): T => from[below(dice, from.length)]!

function nodesOf(root: Node): Node[] {
  return [root, ...root.children.flatMap(nodesOf)]
}

const copied = ({ tag, content, children }: Node): Node => ({
  tag,
  content: Buffer.from(content),
  children: children.map(copied),
})

type Bend = (node: Node, all: readonly Node[], dice: Dice) => void

const BENDS: readonly Bend[] = [
  (node, _all, dice) => void node.children.splice(below(dice, node.children.length), 1),
  (node, _all, dice) => {
    const child = node.children[below(dice, node.children.length)]
    if (child !== undefined) node.children.push(copied(child))
  },
  (node) => void node.children.reverse(),
  (node, all, dice) => {
    const leaves = all.filter(({ children }) => children.length === 0)
    node.children.push(copied(pick(dice, leaves)))
  },
  (node, all, dice) => void Object.assign(node, copied(pick(dice, all))),
  (node, _all, dice) => void (node.tag ^= 1 << below(dice, 8)),
  (node, _all, dice) => {
    if (node.content.length > 0) node.content[below(dice, node.content.length)]! ^= 1 << below(dice, 8)
  },
  (node, _all, dice) => void (node.content = node.content.subarray(0, below(dice, node.content.length + 1))),
  (node) => void (node.content = Buffer.concat([node.content, Buffer.of(0)])),
  (node, all, dice) => {
    const others = all.filter(({ tag, content }) => tag === node.tag && !content.equals(node.content))
    if (others.length > 0) node.content = Buffer.from(pick(dice, others).content)
  },
  (node, _all, dice) => {
    if (node.tag === 0x04 && node.content.length > 1)
      Object.assign(
        node,
        segmented(0x04, node.content, 1 + below(dice, node.content.length), 1 + below(dice, 3)),
      )
  },
]

/** One message bent; now and then only written in another form. */
export function bentTree(message: Uint8Array, dice: Dice): Buffer {
  if (dice() < 0.1) return mutated(Buffer.from(message), Buffer.from(message), dice)
  const root = treeFrom(message)
  const all = nodesOf(root)
  const isOnlyReframed = dice() < 0.15
  for (let times = isOnlyReframed ? 0 : 1 + below(dice, 2); times > 0; times--) {
    const node = pick(dice, all)
    pick(dice, BENDS)(node, all, dice)
  }
  return dice() < 0.3 ? indefinite(root) : written(root)
}

type XmlBend = (parts: string[], at: number, dice: Dice) => void
const isTag = (part: string | undefined): boolean => part?.startsWith("<") ?? false
const isText = (part: string | undefined): boolean => part !== undefined && part !== "" && !isTag(part)

const XML_BENDS: readonly XmlBend[] = [
  (parts, at) => void parts.splice(at, 0, "<!-- -->"),
  (parts, at) => void parts.splice(at, 0, "<?i n?>"),
  (parts, at) => void parts.splice(at, 0, "\r\n\t"),
  (parts, at, dice) => {
    const part = parts[at] ?? ""
    const where = below(dice, part.length)
    parts[at] = isText(part)
      ? `${part.slice(0, where)}\n ${part.slice(where)}`
      : part.replace(/ (\w+=)/, "\n  $1")
  },
  (parts, at, dice) => {
    const part = parts[at] ?? ""
    const where = below(dice, part.length)
    if (isText(part))
      parts[at] = `${part.slice(0, where)}&#${part.charCodeAt(where)};${part.slice(where + 1)}`
    else parts[at] = part.replaceAll('"', "'")
  },
  (parts, at) => void (parts[at] = (parts[at] ?? "").replace(/^<([\w:]+)(?=[ >])/, '<$1 xmlns:zz="urn:zz"')),
  (parts, at) => void (parts[at] = (parts[at] ?? "").replace(/^<([\w:]+)(?=[ >])/, '<$1 zz="1"')),
  (parts, at) => void (parts[at] = (parts[at] ?? "").replace(/ Id="[^"]*"/, "")),
  (parts, at) => void (parts[at] = (parts[at] ?? "").replace(/sha256|Manifest|#S-1/, "sha1")),
  (parts, at, dice) => {
    const part = parts[at] ?? ""
    const where = below(dice, part.length)
    parts[at] = part.slice(0, where) + pick(dice, ["A", "=", "0", "<", "/", "é"]) + part.slice(where + 1)
  },
  (parts, at) => {
    const name = /^<([\w:]+)/.exec(parts[at] ?? "")?.[1]
    const end = name === undefined ? -1 : parts.indexOf(`</${name}>`, at)
    if (end > at) parts.splice(at, end - at + 1)
  },
  (parts, at) => {
    const name = /^<([\w:]+)/.exec(parts[at] ?? "")?.[1]
    const end = name === undefined ? -1 : parts.indexOf(`</${name}>`, at)
    if (end > at) parts.splice(end + 1, 0, ...parts.slice(at, end + 1))
  },
]

/** One document bent. */
export function bentXml(xml: Uint8Array, dice: Dice): Buffer {
  if (dice() < 0.1) return mutated(Buffer.from(xml), Buffer.from(xml), dice)
  const parts = Buffer.from(xml)
    .toString("utf8")
    .split(/(<[^>]*>)/)
  for (let times = 1 + below(dice, 2); times > 0; times--)
    pick(dice, XML_BENDS)(parts, below(dice, parts.length), dice)
  return Buffer.from(parts.join(""))
}
