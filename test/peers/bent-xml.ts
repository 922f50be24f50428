/** A well-formed document whose tree or values are bent and which stays well-formed, most of the time: what is behind the parser. */
import { below, type Dice } from "./mutations.ts"

const pick = <T>(dice: Dice, from: readonly T[]): T => from[below(dice, from.length)]!

const TAG = /<(\/?)([^\s/>!?]+)[^>]*?(\/?)>/g

interface Span {
  readonly start: number
  readonly end: number
}

/** Every element of a document without comments and sections, by where it stands. */
function elementsOf(xml: string): readonly Span[] {
  const found: Span[] = []
  const open: number[] = []
  for (const { index, 0: tag, 1: closes, 3: isEmpty } of xml.matchAll(TAG)) {
    const end = index + tag.length
    if (closes === "/") found.push({ start: open.pop() ?? index, end })
    else if (isEmpty === "/") found.push({ start: index, end })
    else open.push(index)
  }
  return found
}

/** Values that are none, too much, or something else somewhere. */
const VALUES = [
  "", " ", "\n", "x", "0", "-1", "1e3", "99999999999999999999", "NaN", "true", "null", "x".repeat(4_000), "&#x202E;", "&#10;", "&lt;a&gt;",
  "^", "^^^", "^^^&amp;&amp;ISO", "1^^^&amp;1.2.3&amp;ISO", "1^^^^^^^^^^^^^^^^", "PID-3|", "PID-99|x", "PID-5", "|", "1.2..3", "01.2", "1.2.392",
  "2.25.1000.1", "20260230", "2026", "202607010102039", "ja", "urn:uuid:", "urn:uuid:00000000-0000-4000-8000-000000000001", "urn:oid:1.2",
  "cid:", "cid:%", "cid:%00", "cid:0@here", "http://example.test/", "../../x", "Original", "hash", "size", "sourcePatientInfo", "__proto__",
  "constructor", "山田", "𠮷", "١٢", "text/html", "application/dicom; a=b", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
] // prettier-ignore

type Bend = (xml: string, dice: Dice) => string

const cut = (xml: string, { start, end }: Span): string => xml.slice(0, start) + xml.slice(end)
const insert = (xml: string, at: number, what: string): string => xml.slice(0, at) + what + xml.slice(at)
const textOf = (xml: string, { start, end }: Span): string => xml.slice(start, end)

/** A value or a text between quotes or tags, exchanged for what `of` says. */
function exchange(xml: string, dice: Dice, pattern: RegExp, of: (old: string) => string): string {
  const found = [...xml.matchAll(pattern)]
  if (found.length === 0) return xml
  const { index, 0: whole, 1: old = "" } = pick(dice, found)
  const at = index + whole.indexOf(old, 1)
  return xml.slice(0, at) + of(old) + xml.slice(at + old.length)
}
const ATTRIBUTE_VALUE = /"([^"]*)"/g
const TEXT = />([^<>]+)</g

const BENDS: readonly Bend[] = [
  (xml, dice) => cut(xml, pick(dice, elementsOf(xml))),
  (xml, dice) => {
    const one = pick(dice, elementsOf(xml))
    return insert(xml, one.end, textOf(xml, one).repeat(1 + below(dice, 20)))
  },
  (xml, dice) => {
    const [one, place] = [pick(dice, elementsOf(xml)), pick(dice, elementsOf(xml))]
    return insert(xml, place.end, textOf(xml, one))
  },
  (xml, dice) => exchange(xml, dice, ATTRIBUTE_VALUE, () => pick(dice, VALUES)),
  (xml, dice) => exchange(xml, dice, TEXT, () => pick(dice, VALUES)),
  (xml, dice) => {
    const other = pick(dice, [...xml.matchAll(dice() < 0.5 ? ATTRIBUTE_VALUE : TEXT)])[1] ?? ""
    return exchange(xml, dice, dice() < 0.5 ? ATTRIBUTE_VALUE : TEXT, () => other)
  },
  (xml, dice) =>
    exchange(xml, dice, /[\s:<]([\w.-]+)[\s=/>]/g, (name) => name + pick(dice, ["", "x", "-", "1"])),
  (xml, dice) => exchange(xml, dice, / ([\w:.-]+="[^"]*")/g, () => ""),
]

/** One to three bends. */
export function bentXml(xml: string, dice: Dice): string {
  let bent = xml
  for (let times = 1 + below(dice, 3); times > 0; times--)
    if (elementsOf(bent).length > 0) bent = pick(dice, BENDS)(bent, dice)
  return bent
}
