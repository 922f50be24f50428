/** Lines that differ between what is installed and what should be, and the mode of a file that has every line. */
import { join } from "node:path"
import type { RenderedFile } from "../../site/rendered.ts"
import { installed, modeOf } from "./installed.ts"

export interface Difference {
  readonly path: string
  /** Of the text the line stands in, from 1; 0 = the file as a whole. */
  readonly lineNumber: number
  /** `-` is installed and should not be, `+` should be and is not. */
  readonly sign: "-" | "+"
  readonly text: string
}

/** @param root where the machine's own files begin */
export function differencesAt(root: string, { path, mode, text }: RenderedFile): readonly Difference[] {
  const target = join(root, path)
  const is = installed(target)
  if (is !== text) return differences(path, is, text)
  const own = modeOf(target)
  if (own === mode) return []
  const ofMode = (sign: "-" | "+", each: number): Difference => ({
    path,
    lineNumber: 0,
    sign,
    text: `(mode ${each.toString(8)})`,
  })
  return [ofMode("-", own), ofMode("+", mode)]
}

/** @param is null when there is no such file */
export function differences(path: string, is: string | null, wanted: string): readonly Difference[] {
  if (is === wanted) return []
  if (is === null) return [{ path, lineNumber: 0, sign: "+", text: "(there is no such file)" }]
  const before = is.split("\n")
  const after = wanted.split("\n")
  const kept = common(before, after)
  const of = (lines: readonly string[], sign: "-" | "+", keeps: ReadonlySet<number>): Difference[] =>
    lines.flatMap((text, index) => (keeps.has(index) ? [] : [{ path, lineNumber: index + 1, sign, text }]))
  return [...of(before, "-", kept.before), ...of(after, "+", kept.after)]
}

/** The longest common subsequence, by the usual table: such files have some hundred lines. */
function common(
  before: readonly string[],
  after: readonly string[],
): { readonly before: ReadonlySet<number>; readonly after: ReadonlySet<number> } {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const kept = { before: new Set<number>(), after: new Set<number>() }
  let [i, j] = [0, 0]
  while (i < before.length && j < after.length)
    if (before[i] === after[j]) {
      kept.before.add(i++)
      kept.after.add(j++)
    } else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  return kept
}
