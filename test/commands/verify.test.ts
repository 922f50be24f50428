import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { anchorOf, fingerprintOf } from "../../gateway/commands/evidence/anchors.ts"
import { readPackage } from "../../gateway/commands/evidence/read-package.ts"
import { pem } from "../../gateway/commands/pki-authority.ts"
import { EXIT } from "../../gateway/exit.ts"
import { Malformed } from "../../gateway/standards/malformed.ts"
import { exported, exportedUnderForeignPolicy, type MadePackage } from "../journey/evidence/packages.ts"

const MAIN = join(import.meta.dirname, "../../gateway/main.ts")

describe("dokuei verify", function () {
  this.timeout(120_000)
  let folder: string
  let made: MadePackage
  let zip: string
  let anchors: readonly string[]
  before(async () => {
    made = await exported()
    folder = mkdtempSync(join(tmpdir(), "dokuei-verify-"))
    zip = join(folder, made.fileName)
    writeFileSync(zip, made.zip)
    anchors = (["hpki", "seal", "tsa"] as const).map((use) => {
      const path = join(folder, `${use}.pem`)
      writeFileSync(path, made.anchors[use].map(({ encoded }) => pem("CERTIFICATE", encoded)).join(""))
      return `${use}=${path}`
    })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const verify = (args: readonly string[], LANG = "en_US.UTF-8"): { code: number; stdout: string } => {
    const env = { PATH: process.env.PATH, LANG, NODE_NO_WARNINGS: "1" }
    const all = [MAIN, "verify", ...args]
    try {
      return {
        code: 0,
        stdout: execFileSync(process.execPath, all, { env, encoding: "utf8", stdio: "pipe" }),
      }
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string }
      return { code: status, stdout }
    }
  }
  const at = (): string => made.at.toISOString()

  it("ends with 0 for a valid report, and prints every test", () => {
    const { code, stdout } = verify([zip, "--at", at(), "--test-certificates", "--anchors", ...anchors])
    assert.equal(code, EXIT.ok.code, stdout)
    assert.match(stdout, /^Valid: /)
    assert.match(stdout, /\[Valid\] Report and physician's signature/)
    assert.match(stdout, /^ {2}\+ passed {2}Digests of the files$/m)
    assert.doesNotMatch(stdout, /^ {2}[x?] /m)
  })

  it("speaks Japanese to whoever does", () => {
    const { code, stdout } = verify(
      [zip, "--at", at(), "--test-certificates", "--anchors", ...anchors],
      "ja_JP.UTF-8",
    )
    assert.equal(code, EXIT.ok.code)
    assert.match(stdout, /^有効: すべての署名/)
    assert.match(stdout, /合格 {2}画像一覧（KOS）: 画像 3 件/)
  })

  it("takes the fingerprint of a root in place of its certificate, and the folder in place of the ZIP", () => {
    const unpacked = join(folder, "unpacked")
    for (const { path, octets } of made.files) {
      mkdirSync(dirname(join(unpacked, path)), { recursive: true })
      writeFileSync(join(unpacked, path), octets)
    }
    const fingerprints = (["hpki", "seal", "tsa"] as const).map(
      (use) => `${use}=${fingerprintOf(made.anchors[use][0]!).toUpperCase()}`,
    )
    const { code, stdout } = verify([
      unpacked,
      "--at",
      at(),
      "--test-certificates",
      "--json",
      "--anchors",
      ...fingerprints,
    ])
    assert.equal(code, EXIT.ok.code, stdout)
    interface Part {
      readonly name: string
      readonly tests: readonly unknown[]
      readonly signature: { readonly twelve?: readonly { readonly outcome: string }[] } | null
    }
    const told = JSON.parse(stdout) as { outcome: string; parts: readonly Part[] }
    assert.equal(told.outcome, "valid")
    assert.ok(told.parts.every(({ tests }) => tests.length > 0))
    for (const { signature } of told.parts.filter(({ name }) => name === "report"))
      assert.deepEqual(
        signature?.twelve?.map(({ outcome }) => outcome),
        Array.from({ length: 12 }, () => "pass"),
      )
  })

  it("ends with 2, and says why, under a policy that only its two facilities know of", async () => {
    const foreign = await exportedUnderForeignPolicy()
    const path = join(folder, "foreign.zip")
    writeFileSync(path, foreign.zip)
    const time = foreign.at.toISOString()
    const { code, stdout } = verify([path, "--at", time, "--test-certificates", "--anchors", ...anchors])
    assert.equal(code, EXIT.undecided.code, stdout)
    assert.match(stdout, /1\.2\.392\.200036\.9999\.1 is none of HPKI's/)
  })

  it("ends with 2 without anchors, and with 1 for what is no package", () => {
    const undecided = verify([zip, "--at", at(), "--test-certificates"])
    assert.equal(undecided.code, EXIT.undecided.code, undecided.stdout)
    assert.match(
      undecided.stdout,
      /no root certificate to trust was given \(Physicians' signatures \(HPKI root\)\)/,
    )
    assert.match(undecided.stdout, /No root certificate was brought\. .*--anchors hpki=FILE/)
    assert.doesNotMatch(undecided.stdout, /What you trust/)
    const cut = join(folder, "cut.zip")
    writeFileSync(cut, made.zip.subarray(0, 1000))
    const invalid = verify([cut])
    assert.equal(invalid.code, EXIT.failed.code)
    assert.match(invalid.stdout, /^Unreadable: This is no evidence package/)
    assert.doesNotMatch(invalid.stdout, /--anchors/)
  })

  it("says of a certificate for tests that it is one, to whoever did not ask for it", () => {
    const { code, stdout } = verify([zip, "--at", at(), "--anchors", ...anchors])
    assert.equal(code, EXIT.failed.code)
    assert.match(stdout, /^Invalid: .*\n.* certificate is one for tests: --test-certificates accepts it/)
  })

  it("names what is wrong with the command line", () => {
    assert.equal(verify([join(folder, "nowhere")]).code, EXIT.usage.code)
    assert.throws(() => anchorOf(join(folder, "hpki.pem")), /hpki=FILE, seal=FILE, tsa=FILE/)
    assert.throws(() => anchorOf(`hpki=${zip}`), /no certificate/)
    assert.throws(() => anchorOf(`hpki=${join(folder, "nowhere.pem")}`), /There is no file .*nowhere\.pem/)
  })

  it("follows no link out of a folder", () => {
    const linked = join(folder, "linked")
    mkdirSync(linked)
    symlinkSync("/etc/passwd", join(linked, "index.json"))
    assert.throws(
      () => readPackage(linked),
      (problem) => problem instanceof Malformed && problem.code === "PACKAGE_FOLDER",
    )
    assert.throws(() => readPackage("/dev/zero"), Malformed)
  })
})
