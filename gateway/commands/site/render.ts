/** `dokuei site render FILE --out DIR`: prints what the machine enforces; `--check` compares it with what is installed. */
import { Command } from "commander"
import { EXIT, type Finish } from "../../exit.ts"
import { rendered, type RenderedFile } from "../../site/rendered.ts"
import { differencesAt, type Difference } from "./differences.ts"
import { install } from "./installed.ts"
import { loadSite } from "./load-site.ts"

interface RenderOptions {
  readonly out?: string
  readonly check?: true
  readonly root: string
}

export const renderCommand = (finish: Finish): Command =>
  new Command("render")
    .description("print packet filter, tunnels, routes, clock and unit settings from the site file")
    .argument("<file>", "site file")
    .option("--out <dir>", "write below this folder, each file by its path on the machine")
    .option("--check", "compare with what is installed, and show each line that differs")
    .option("--root <dir>", "where the machine's own files begin, for --check", "/")
    .action((file: string, options: RenderOptions) => {
      const files = rendered(loadSite(file))
      if (options.out !== undefined) for (const each of files) install(options.out, each)
      if (options.check === true) compare(files, options.root, finish)
      if (options.out === undefined && options.check !== true)
        for (const { path, text } of files) process.stdout.write(`# ==> ${path}\n${text}\n`)
    })

function compare(files: readonly RenderedFile[], root: string, finish: Finish): void {
  const told = files.flatMap((each) => differencesAt(root, each))
  for (const each of told) process.stdout.write(`${line(each)}\n`)
  if (told.length === 0) process.stdout.write(`${files.length} files are as the site file wants them\n`)
  else finish(EXIT.failed.code)
}

const line = ({ path, lineNumber, sign, text }: Difference): string =>
  `${path}:${lineNumber}: ${sign} ${text}`
