/** docs/bench.md keeps the last figures of each bench between two marks; a run with `--page` puts its own there. */
import { readFileSync, writeFileSync } from "node:fs"
import type { Machine } from "./machine.ts"

const begin = (bench: string): string => `<!-- measured: ${bench} -->`
const END = "<!-- end -->"

/** @throws Error when the page has no place for this bench */
export function measuredInto(page: string, bench: string, measured: string): string {
  const at = page.indexOf(begin(bench))
  const end = page.indexOf(END, at)
  if (at < 0 || end < 0) throw new Error(`the page has no place for ${bench}: ${begin(bench)} … ${END}`)
  return `${page.slice(0, at)}${begin(bench)}\n\n${measured}\n\n${page.slice(end)}`
}

export function writeInto(path: string, bench: string, measured: string): void {
  writeFileSync(path, measuredInto(readFileSync(path, "utf8"), bench, measured))
}

/** When, how, and whether the machine was quiet. */
export function circumstances({ at, load, cores }: Machine, command: string): string {
  // One core busy with something else already spoils a comparison.
  const busy = load > cores / 2 ? `, **beside other work**: load ${load.toFixed(1)} on ${cores} cores` : ""
  return `\`${command}\`, ${at.slice(0, 10)}${busy}.`
}
