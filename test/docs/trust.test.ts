import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pem } from "../../gateway/commands/pki-authority.ts"
import { exported, type MadePackage } from "../journey/evidence/packages.ts"

const PAGE = join(import.meta.dirname, "../../docs/trust.md")
const blocks = (): string[] =>
  [...readFileSync(PAGE, "utf8").matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = ""]) => block)

describe("docs/trust.md", function () {
  this.timeout(60_000)
  let made: MadePackage
  let folder: string
  before(async () => {
    made = await exported()
    folder = mkdtempSync(join(tmpdir(), "dokuei-by-hand-"))
    writeFileSync(join(folder, "package.zip"), made.zip)
    for (const use of ["hpki", "seal", "tsa"] as const)
      writeFileSync(
        join(folder, `${use}.pem`),
        made.anchors[use].map(({ encoded }) => pem("CERTIFICATE", encoded)).join(""),
      )
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** Each block for itself would hide a fault behind the next: the shell stops at the first. */
  const byHand = (zip: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync("bash", ["-euo", "pipefail", "-c", blocks().join("\n")], {
      cwd: mkdtempSync(join(folder, "run-")),
      encoding: "utf8",
      env: {
        PATH: process.env.PATH,
        TZ: "UTC",
        PACKAGE: join(folder, zip),
        HPKI_ROOT: join(folder, "hpki.pem"),
        SEAL_CA: join(folder, "seal.pem"),
        TSA_ROOT: join(folder, "tsa.pem"),
      },
    })

  it("tells how to check a package by hand, with commands that do", () => {
    const { status, stdout, stderr } = byHand("package.zip")
    assert.equal(status, 0, stdout + stderr)
    for (const line of [
      "report-1/report.xml: as signed",
      "report-1/report.pdf: as signed",
      "images-1/manifest.dcm: sealed",
      "signer.pem: OK",
    ])
      assert.ok(stdout.includes(line), `${line}\n${stdout}${stderr}`)
    assert.match(stdout, /Medical Doctor/)
    assert.match(stdout, /^Time stamp: Aug {2}3 /m)
    assert.match(stdout + stderr, /Verification: OK/)
  })
})
