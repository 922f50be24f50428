/** The fenced boxes of a document: what a reader types, and what a test runs, are the same text. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

export interface Block {
  /** After the opening fence: `sh` is run by a test, `sh people` is not; `sh terminals` has a terminal for each line. */
  readonly info: string
  readonly text: string
  /** Line of the opening fence, from 1. */
  readonly line: number
}

/** @param page name in docs/ */
export function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(import.meta.dirname, "../../docs", page), "utf8")
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map((match) => ({
    info: match[1] ?? "",
    text: match[2] ?? "",
    line: text.slice(0, match.index).split("\n").length,
  }))
}
