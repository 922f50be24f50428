/** Evidence of an incident, as whoever investigates checks it: openssl and sha256sum alone. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { EXIT } from "../../../gateway/exit.ts"
import { makeRecoveryKey, type RecoveryFiles } from "../backup/recovery-key.ts"
import { dokuei, makeSites, startDokuei } from "../command-line.ts"

describe("dokuei incident bundle", function () {
  this.timeout(60_000)
  let folder: string
  let recipient: RecoveryFiles
  const path = (name: string): string => join(folder, name)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-incident-"))
    await makeSites(folder)
    recipient = makeRecoveryKey(folder)
    const gateway = await startDokuei(path("edge.yaml"))
    gateway.process.kill("SIGTERM")
    await gateway.ended()
    appendFileSync(path("edge-data/audit.jsonl"), '{"half')
  })
  after(() => rm(folder, { recursive: true }))

  const taken = (name: string, ...more: readonly string[]): string => {
    mkdirSync(path(name))
    const { code, stdout, stderr } = dokuei(
      "incident",
      "bundle",
      path("edge.yaml"),
      "--to",
      path(name),
      ...more,
    )
    assert.equal(code, EXIT.ok.code, stderr)
    assert.match(stdout, /: 7 files, signed/)
    return join(path(name), readdirSync(path(name))[0]!)
  }
  const inShell = (cwd: string, command: string): string =>
    execFileSync("sh", ["-ec", command], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
  const CHECK =
    "openssl cms -verify -inform DER -binary -noverify -in SHA256SUMS.p7m -out SHA256SUMS && sha256sum -c SHA256SUMS"

  it("is signed by the seal, whole records of the trail, and holds no secret", () => {
    const bundle = taken("clear")
    assert.match(inShell(bundle, CHECK), /^audit\.jsonl: OK$/m)
    assert.equal(dokuei("audit", "verify", join(bundle, "audit.jsonl")).code, EXIT.ok.code)
    for (const name of readdirSync(bundle))
      assert.doesNotMatch(readFileSync(join(bundle, name), "latin1"), /PRIVATE KEY|^secret$/m, name)
    const about = JSON.parse(readFileSync(join(bundle, "about.json"), "utf8")) as { role: string }
    assert.equal(about.role, "edge")
    appendFileSync(join(bundle, "ledger.json"), " ")
    assert.throws(() => inShell(bundle, CHECK))
  })

  it("is opened by its recipient alone, and compared by anybody", () => {
    const bundle = taken("sealed", "--for", recipient.certificate)
    assert.deepEqual(
      readdirSync(bundle).filter((name) => !name.endsWith(".p7m")),
      [],
    )
    assert.match(inShell(bundle, CHECK), /^audit\.jsonl\.p7m: OK$/m)
    const opened = inShell(
      bundle,
      `openssl cms -decrypt -inform DER -binary -in audit.jsonl.p7m -inkey ${recipient.key} -recip ${recipient.certificate}`,
    )
    assert.match(opened, /^\{.*\}\n$/s)
  })

  it("is not begun where no folder is", () => {
    const { code, stderr } = dokuei("incident", "bundle", path("edge.yaml"), "--to", path("nowhere"))
    assert.equal(code, EXIT.failed.code)
    assert.match(stderr, /^ERR_BACKUP_TARGET/)
  })
})
