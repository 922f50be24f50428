/**
 * XML documents as dice make them: everything XML 1.0 and its namespaces allow, and what is nearly allowed. The same dice
 * make the same documents.
 */
import { below, mutated, type Dice } from "./mutations.ts"

const pick = <T>(dice: Dice, from: readonly T[]): T => from[below(dice, from.length)]!
const several = (dice: Dice, most: number, make: () => string): string =>
  Array.from({ length: below(dice, most + 1) }, make).join("")

const NAMES = ["a", "b", "Value", "名前", "_x", "x-1", "x.y", "é", "\u{20000}"]
const PREFIXES = ["p", "q", "xs", "接"]
const NAMESPACES = ["urn:a", "urn:b", "http://example.test/c?d&amp;e#f"]
/** Characters and references that parsers have disagreed about. */
const TEXTS = [
  "plain text", " ", "\n", "\t", "\r\n", "\r", "\r\r\n", "&#13;", "&#10;", "&#9;", "&#x20;", "&#xD;\n",
  "山田 髙", "𠮷", "&#x20BB7;", "&lt;", "&gt;", "&amp;", "&quot;", "&apos;", "&amp;lt;", ">", "]]&gt;",
  "]] >", "]", "\u0085", "\u2028", "\uFEFF", "\uFFFD", "\u00A0", "\u007F", "\u0080", "'",
] // prettier-ignore
const SECTIONS = [
  "<![CDATA[]]>", "<![CDATA[<a>&b;]]>", "<![CDATA[]]]]>", "<![CDATA[\r\n]]>", "<!---->", "<!-- - -->",
  "<!--<a>&b;-->", "<?pi?>", "<?pi  a?b ?>", "<?xml-stylesheet href='x'?>", "<?名 前?>",
] // prettier-ignore
/** What makes a document one that is none, or nearly. */
const SPOILS = [
  "]]>", "--", "<!---", "--->", "<!--a--b-->", "&", "&a;", "&#0;", "&#1;", "&#xD800;", "&#xFFFE;", "&#x110000;",
  "&#x;", "&#;", "&#x41", "&#X41;", "&lt", "&LT;", "<", "</", "<>", "< a/>", "</a >", "</ a>", "<a/ >", "<a / >",
  "<?xml version='1.0'?>", "<?XML a?>", "<?xMl?>", "<? pi?>", "<?a:b c?>", "<?pi", "<!DOCTYPE a>",
  "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<!ENTITY b 'c'>", "<!ELEMENT a ANY>", "<![cdata[x]]>", "<![CDATA[", "<!a>",
  " a='1' a='2'", " a=1", " a", " a = '1'", " a='1'b='2'", " a='<'", ` a="'"`, " a='&amp;&#10;\n\t'", " :a='1'",
  " a:='1'", " p:q:r='1'", " xmlns:p=''", " xmlns=''", " xmlns:p=' urn:a '", " xmlns='urn:é'", " xmlns:xml='urn:a'", " xmlns:p='urn:a' xmlns:q='urn:a' p:a='' q:a=''",
  " xmlns:xml='http://www.w3.org/XML/1998/namespace'", " xmlns:p='http://www.w3.org/XML/1998/namespace'",
  " xmlns='http://www.w3.org/XML/1998/namespace'", " xmlns:p='http://www.w3.org/2000/xmlns/'", " xmlns:xmlns='urn:a'",
  " xmlns='http://www.w3.org/2000/xmlns/'", " xml:lang='ja'", " xml:space='preserve'", "<xmlns:a/>", "<xml:a/>", "<xmlfoo/>",
  "<p:a/>", "<a:/>", "<:a/>", "<p:a:b xmlns:p='urn:p'/>", "<p:1 xmlns:p='urn:p'/>", "<p:\u0300 xmlns:p='urn:p'/>", " xmlns:p='urn:p' p:-a=''", " xmlns:1='urn:p'", "<1/>", "<-a/>", "<a\u00D7/>", "<a\u037E/>",
  "<\u00B7a/>", "<a\u00B7/>", "<a\u0300/>", "<\u0300a/>", "\u0000", "\u0001", "\u001F", "\u007F", "\uFFFE", "\uFFFF",
  "\u0085", "\u2028", "\uFEFF", "\u{1FFFE}", "\u{10FFFF}", "x", "<a/>", "\r", "\v", "\f",
] // prettier-ignore
const DECLARATIONS = [
  "", "", `<?xml version="1.0"?>`, `<?xml version='1.0' encoding='UTF-8'?>\r\n`,
  `<?xml version="1.0" encoding="utf-8" standalone="yes" ?>\n`, `<?xml version="1.0" standalone='no'?>`,
] // prettier-ignore
const ODD_DECLARATIONS = [
  `<?xml version="1.1"?>`, `<?xml version="1.2"?>`, `<?xml version="2.0"?>`, `<?xml?>`, `<?xml encoding="UTF-8"?>`,
  `<?xml version="1.0" encoding="ISO-8859-1"?>`, `<?xml version="1.0" encoding="Shift_JIS"?>`, `<?xml version="1.0"?><?xml version="1.0"?>`,
  `<?xml version="1.0" encoding="US-ASCII"?>`, `<?xml version="1.0" encoding="UTF8"?>`, `<?xml version="1.0" encoding=""?>`,
  `<?xml version="1.0" encoding="UTF-16"?>`, `<?xml version="1.0" standalone="maybe"?>`, `<?xml version="1.0"encoding="UTF-8"?>`,
  `<?xml version="1.0" standalone="yes" encoding="UTF-8"?>`, `<?xml version = "1.0" ?>`, ` <?xml version="1.0"?>`, `<?xml version="1.0" ? >`,
  `<?XML version="1.0"?>`, `<?xml version="1.0">`, `<!DOCTYPE a>`, `<!DOCTYPE a SYSTEM "file:///etc/passwd">`, `<!--c-->`, `<?pi?>`, "\n",
] // prettier-ignore

/** A well-formed document: at most so many elements in each other. */
export function randomXml(dice: Dice, maxDepth = 5): string {
  const around = (): string => several(dice, 2, () => pick(dice, ["\n", " ", "<!--c-->", "<?pi x?>"]))
  return pick(dice, DECLARATIONS) + around() + element(dice, [], maxDepth) + around()
}

/** @param bound prefixes that are declared where it stands */
function element(dice: Dice, bound: readonly string[], depth: number): string {
  const declared = PREFIXES.filter(() => dice() < 0.2)
  const known = [...bound, ...declared]
  const named = (): string =>
    (known.length > 0 && dice() < 0.5 ? `${pick(dice, known)}:` : "") + pick(dice, NAMES)
  const declarations = [...declared.map((prefix) => `xmlns:${prefix}`), ...(dice() < 0.2 ? ["xmlns"] : [])]
  const plain = new Map(
    Array.from({ length: below(dice, 4) }, () => [pick(dice, NAMES), value(dice)] as const),
  )
  const attributes: readonly string[] = [
    ...declarations.map((name) => `${name}="${pick(dice, NAMESPACES)}"`),
    ...(dice() < 0.1 ? [`xmlns=""`].filter(() => !declarations.includes("xmlns")) : []),
    // With a prefix only one: two prefixes may be bound to one namespace.
    ...[...plain].map(([name, quoted]) => `${name}${pick(dice, ["=", " = ", "=\n"])}${quoted}`),
    ...(known.length > 0 && dice() < 0.3 ? [`${pick(dice, known)}:z=${value(dice)}`] : []),
  ]
  const name = named()
  const start = `<${name}${shuffled(dice, attributes)
    .map((each) => pick(dice, [" ", "\n\t", "\r\n"]) + each)
    .join("")}${pick(dice, ["", "", " "])}`
  if (depth <= 1 || dice() < 0.2) return `${start}/>`
  const content = several(dice, 5, () => {
    const way = dice()
    if (way < 0.45) return pick(dice, TEXTS)
    return way < 0.6 ? pick(dice, SECTIONS) : element(dice, known, depth - 1)
  })
  return `${start}>${content}</${name}${pick(dice, ["", "", " ", "\n"])}>`
}

function value(dice: Dice): string {
  const quote = pick(dice, [`"`, "'"])
  return quote + several(dice, 3, () => pick(dice, TEXTS).replaceAll(quote, "")) + quote
}

const shuffled = <T>(dice: Dice, all: readonly T[]): readonly T[] =>
  all
    .map((each) => [dice(), each] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, each]) => each)

/** A document that is spoilt at one to three places, or only looks so; `other` to sew from. */
export function spoiltXml(dice: Dice, document: string, other: string): Buffer {
  const way = dice()
  if (way < 0.35) return mutated(Buffer.from(document), Buffer.from(other), dice)
  if (way < 0.5) return Buffer.from(pick(dice, ODD_DECLARATIONS) + document.replace(/^<\?xml[^>]*>/, ""))
  if (way < 0.6) return encoded(dice, document)
  let spoilt = document
  for (let times = 1 + below(dice, 2); times > 0; times--) spoilt = spoiltOnce(dice, spoilt)
  return Buffer.from(spoilt)
}

/** Where markup is likely to be touched: half of the time at the edge of a tag. */
function spoiltOnce(dice: Dice, text: string): string {
  const edges = [...text.matchAll(/[<>/ ="]/g)].map(({ index }) => index + below(dice, 2))
  const at = dice() < 0.7 && edges.length > 0 ? pick(dice, edges) : below(dice, text.length + 1)
  const gone = dice() < 0.2 ? 1 + below(dice, 3) : 0
  return text.slice(0, at) + (dice() < 0.1 ? "" : pick(dice, SPOILS)) + text.slice(at + gone)
}

/** In UTF-8 or UTF-16, with a mark or without, whatever its declaration says. */
function encoded(dice: Dice, text: string): Buffer {
  const marked =
    (dice() < 0.5 ? "\uFEFF" : "") +
    (dice() < 0.5 ? text.replace(/encoding=["']utf-8["']/i, `encoding="UTF-16"`) : text)
  const way = below(dice, 3)
  if (way === 0) return Buffer.from(marked)
  const little = Buffer.from(marked, "utf16le")
  return way === 1 ? little : little.swap16()
}
