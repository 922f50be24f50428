/** How printed configuration begins: whoever opens it learns where to change it. */
export const PRINTED =
  "Printed by `dokuei site render` from the site file: change that and print again, this is written over."

/** Lines as a file has them. `#` begins a comment in all of the formats. */
export const printed = (lines: readonly string[]): string => `${[`# ${PRINTED}`, ...lines].join("\n")}\n`

/** One level further in. */
export const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`)
