/** How a viewer wants a frame (PS3.18 8.7.3): in a multipart, or alone. */

export type FrameForm = "multipart" | "single"

interface MediaRange {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * The form in which a frame of `mediaType` and `TransferSyntaxUID` satisfies an Accept header, the first listed
 * that fits; null when none does. No header means anything goes, hence a single part.
 *
 * PS3.18 8.7.3.5.2: within multipart/related the wanted type and transfer syntax are parameters.
 */
export function frameForm(
  accept: string | undefined,
  mediaType: string,
  TransferSyntaxUID: string,
): FrameForm | null {
  if (accept === undefined) return "single"
  for (const range of mediaRanges(accept)) {
    if (range.parameters.get("q") === "0") continue
    const multipart = range.type === "multipart/related"
    const wanted = multipart ? (range.parameters.get("type") ?? "*/*") : range.type
    const syntax = range.parameters.get("transfer-syntax") ?? "*"
    if (covers(wanted, mediaType) && (syntax === "*" || syntax === TransferSyntaxUID))
      return multipart ? "multipart" : "single"
  }
  return null
}

function covers(wanted: string, mediaType: string): boolean {
  const [main = ""] = mediaType.split("/")
  return wanted === "*/*" || wanted === mediaType || wanted === `${main}/*`
}

/** RFC 9110 §12.5.1, in the order written; weights other than 0 are not weighed, there is one representation. */
function mediaRanges(accept: string): readonly MediaRange[] {
  return outsideQuotes(accept, ",").map((item) => {
    const [type = "", ...parameters] = outsideQuotes(item, ";")
    return { type: type.toLowerCase(), parameters: new Map(parameters.map(parameter)) }
  })
}

function parameter(text: string): readonly [string, string] {
  const [name = "", ...value] = text.split("=")
  const unquoted = value
    .join("=")
    .trim()
    .replace(/^"(.*)"$/, "$1")
  return [name.trim().toLowerCase(), unquoted.toLowerCase()]
}

/** Splits at `separator`, not inside a quoted string. */
function outsideQuotes(text: string, separator: "," | ";"): readonly string[] {
  const parts: string[] = []
  let [quoted, part] = [false, ""]
  for (const character of text + separator) {
    if (character === '"') quoted = !quoted
    if (character === separator && !quoted) {
      parts.push(part.trim())
      part = ""
    } else part += character
  }
  return parts.filter((item) => item !== "")
}
