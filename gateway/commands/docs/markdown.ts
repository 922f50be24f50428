/** Markdown of the generated pages. */

export const GENERATED = "<!-- Printed by `npm run dokuei -- docs`; do not edit. -->"

/** Cells are escaped; a table always has its header. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`
  return [line(header), `|${header.map(() => "---|").join("")}`, ...rows.map(line)].join("\n")
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

export const code = (text: string): string => `\`${text}\``

export const page = (...blocks: readonly string[]): string => `${[GENERATED, ...blocks].join("\n\n")}\n`
