/** `dokuei sbom`: the parts this program is made of, for whoever looks for vulnerabilities in them. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Command, Option } from "commander"
import { cycloneDx } from "./cyclonedx.ts"
import { parseLockFile } from "./lock-file.ts"
import type { Platform } from "./parts.ts"

const LOCK_FILE = join(import.meta.dirname, "..", "..", "..", "package-lock.json")

export const sbomCommand = (): Command =>
  new Command("sbom")
    .description(
      "print the parts list (SBOM) of this program: CycloneDX 1.5 in JSON, with package URLs and digests",
    )
    .addOption(
      new Option("--cpu <cpu>", "machine the parts are for").choices(["x64", "arm64"]).default("x64"),
    )
    .action(async ({ cpu }: { cpu: Platform["cpu"] }) => {
      process.stdout.write(await partsList({ cpu, os: "linux" }))
    })

/** The document as it is printed and shipped. */
export async function partsList(platform: Platform): Promise<string> {
  const bom = cycloneDx(parseLockFile(await readFile(LOCK_FILE, "utf8")), platform)
  return `${JSON.stringify(bom, null, 2)}\n`
}
