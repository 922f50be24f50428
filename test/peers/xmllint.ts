/** libxml2 as xmllint has it: what it makes of many documents in one call. */
import { Bench } from "./openssl.ts"

/** What libxml2 says of a document: what is wrong with it, or what it is. */
export interface Judged {
  /** Its errors, by which a document is none or its namespaces are not those of Namespaces in XML; [] when it has none. */
  readonly faults: readonly string[]
  /** Canonical XML without comments and instructions; null when there is none, of namespaces with a relative name too. */
  readonly canonical: string | null
}

const BATCH = 400
const MARK = "xmllint-between-documents"
const FAULT = /^(\d+)\.xml:\d+: (\w+ error : .*)$/
/** That a namespace's name is no URI: it binds the name all the same, and nobody follows it. */
const NO_FAULT = /^namespace error : xmlns(:\S+)?: '/

export function xmllint(documents: readonly Uint8Array[]): readonly Judged[] {
  const bench = new Bench()
  try {
    bench.write("mark.xml", `<${MARK}/>`)
    documents.forEach((document, at) => bench.write(`${at}.xml`, document))
    const starts = Array.from({ length: Math.ceil(documents.length / BATCH) }, (_, n) => n * BATCH)
    return starts.flatMap((from) => judge(bench, from, Math.min(from + BATCH, documents.length)))
  } finally {
    bench.remove()
  }
}

function judge(bench: Bench, from: number, until: number): readonly Judged[] {
  const numbers = Array.from({ length: until - from }, (_, n) => from + n)
  const files = numbers.flatMap((at) => [`${at}.xml`, "mark.xml"])
  const { stdout, stderr } = bench.run("xmllint", "--nonet", "--c14n", ...files)
  const faults = Map.groupBy(
    stderr.split("\n").flatMap((line) => {
      const [, at, fault] = FAULT.exec(line) ?? []
      return at === undefined || fault === undefined || NO_FAULT.test(fault)
        ? []
        : [{ at: Number(at), fault }]
    }),
    ({ at }) => at,
  )
  const outputs = stdout.toString().split(`<${MARK}></${MARK}>`)
  if (outputs.length !== numbers.length + 1) throw new Error(`xmllint ended early: ${stderr.slice(-2000)}`)
  return numbers.map((at, n) => ({
    faults: faults.get(at)?.map(({ fault }) => fault) ?? [],
    canonical: bare(outputs[n] ?? ""),
  }))
}

/** In canonical form `<` is markup wherever it stands. */
function bare(canonical: string): string | null {
  const rest = canonical.replace(/<!--[^]*?-->|<\?[^]*?\?>/g, "").trim()
  return rest === "" ? null : rest
}
