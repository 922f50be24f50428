/** docs/algorithms.md: what is encrypted, signed and digested with, printed from `standards/algorithms/table.ts`. */
import { lastYearOf } from "../../standards/algorithms/strength.ts"
import {
  ALGORITHMS,
  type Algorithm,
  type CryptrecClass,
  type Permit,
  type Use,
} from "../../standards/algorithms/table.ts"
import { code, page, table } from "./markdown.ts"

const CHAPTERS: Readonly<Record<Use, string>> = {
  digest: "Digests",
  name: "Digests as names",
  signature: "Signatures",
  key: "Keys",
  "key transport": "Content keys, transported",
  "key agreement": "Content keys, agreed",
  "key wrap": "Content keys, wrapped",
  "content cipher": "Contents",
  "key derivation": "Keys derived",
  mac: "Message authentication",
  "TLS suite": "TLS suites (which of them a partner gets: its `tls` profile)",
  "TLS group": "TLS groups",
}

const CLASSES: Readonly<Record<CryptrecClass, string>> = {
  recommended: "推奨 recommended",
  candidate: "推奨候補 candidate",
  monitored: "運用監視 monitored",
  unlisted: "– not of a kind that is listed",
}

const PERMITS: Readonly<Record<Permit, readonly [create: string, accept: string]>> = {
  create: ["yes", "yes"],
  accept: ["no", "yes"],
  legacy: ["no", "read; never valid"],
  refuse: ["no", "no"],
}

export function algorithmsPage(): string {
  return page(
    "# Algorithms",
    "Every algorithm this program makes, accepts or refuses by name. *Class* is CRYPTREC's (電子政府における調達のために参照すべき暗号のリスト, LS-0001-2022); *bits* " +
      "the strength of the row at its weakest, *until* the last year in which LS-0003-2022 lets something new be protected with that strength: a year before it the row " +
      "is to be replaced. A signature is as strong as its key: the rows of signatures say what the shortest key of that kind gives. What is not in this table is refused " +
      "like what it refuses.",
    ...Object.entries(CHAPTERS).flatMap(([use, title]) => [
      `## ${title}`,
      table(
        ["algorithm", "identifier", "class", "bits", "make", "accept", "until", "clause"],
        Object.entries<Algorithm>(ALGORITHMS)
          .filter(([, algorithm]) => algorithm.use === use)
          .map(([name, algorithm]) => [name, ...cells(algorithm)]),
      ),
    ]),
  )
}

function cells(algorithm: Algorithm): string[] {
  const { oid, uri, cryptrec, strengthBits, permit, clause } = algorithm
  const identifiers = [oid, uri].flatMap((each) => (each === undefined ? [] : [code(each)]))
  return [
    identifiers.join(" "),
    CLASSES[cryptrec],
    strengthBits === 0 ? "broken" : String(strengthBits),
    ...PERMITS[permit],
    untilOf(algorithm),
    clause,
  ]
}

function untilOf({ use, strengthBits, permit }: Algorithm): string {
  if (use === "name" || permit === "refuse" || permit === "legacy") return ""
  const lastYear = lastYearOf(strengthBits)
  return lastYear === null ? "no end set" : String(lastYear)
}
