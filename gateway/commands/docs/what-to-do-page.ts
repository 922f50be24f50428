/** docs/what-to-do.md: every light of the technician's page and what to do about it, printed from `journey/technician/advice.ts`. */
import { ADVICE, type Advice } from "../../journey/technician/advice.ts"
import { ERRORS } from "../../journey/errors.ts"
import { code, page, table } from "./markdown.ts"

export function whatToDoPage(): string {
  const own = Object.keys(ADVICE).filter((name) => !(name in ERRORS))
  const codes = Object.keys(ADVICE).filter((name) => name in ERRORS)
  return page(
    "# What to do about each light",
    "What the page 「装置と回線」 of the hospital's gateway says, in both languages, and the steps it names. `{about}` stands " +
      "for the device, partner or certificate, `{n}` for a number. Red: something does not get through now. Amber: " +
      "somebody should look before it does not. A system that does not answer is amber for two minutes, then red.",
    "## Conditions of the gateway",
    adviceTable(own),
    "## Systems that do not answer, by error code",
    "The codes are those of [errors.md](errors.md).",
    adviceTable(codes),
  )
}

function adviceTable(names: readonly string[]): string {
  const rows = Object.entries(ADVICE).filter(([name]) => names.includes(name))
  return table(
    ["light", "日本語", "English"],
    rows.map(([name, { ja, en }]) => [code(name), inOneCell(ja, ""), inOneCell(en, ". ")]),
  )
}

/** @param end what ends a step in this language, where the sentence has no end of its own */
function inOneCell({ title, note, steps }: Advice, end: string): string {
  const numbered = steps.map((step, index) => `${index + 1}. ${step}`)
  const text = [`**${title}**${end === "" ? "。" : end}${note}`, ...numbered].join("<br>")
  // Words that follow a number: the plural stands for both.
  return text.replaceAll(/\{n\|[^|}]*\|([^|}]*)\}/g, "$1")
}
