/** Evidence of an incident, as whoever investigates checks it: openssl and sha256sum alone. */
import assert from "node:assert/strict"
import { execFileSync, spawn } from "node:child_process"
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { bundle as bundled } from "../../../gateway/commands/incident/bundle.ts"
import { verifyTrail } from "../../../gateway/storage/trail/verify-trail.ts"
import { makeRecoveryKey, type RecoveryFiles } from "../backup/recovery-key.ts"
import { itLong } from "../../long.ts"
import { MAIN, makeSites, startDokuei } from "../command-line.ts"

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

  const taken = async (name: string, recipient?: string): Promise<string> => {
    mkdirSync(path(name))
    const to = { to: path(name), ...(recipient === undefined ? {} : { for: recipient }) }
    assert.match(await bundled(path("edge.yaml"), to), /: 7 files, signed/)
    return join(path(name), readdirSync(path(name))[0]!)
  }
  const inShell = (cwd: string, command: string): string =>
    execFileSync("sh", ["-ec", command], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
  const CHECK =
    "openssl cms -verify -inform DER -binary -noverify -in SHA256SUMS.p7m -out SHA256SUMS && sha256sum -c SHA256SUMS"

  it("is signed by the seal, whole records of the trail, and holds no secret", async () => {
    const bundle = await taken("clear")
    assert.match(inShell(bundle, CHECK), /^audit\.jsonl: OK$/m)
    const { fault, torn } = await verifyTrail(join(bundle, "audit.jsonl"), null)
    assert.deepEqual({ fault, torn }, { fault: null, torn: false })
    for (const name of readdirSync(bundle))
      assert.doesNotMatch(readFileSync(join(bundle, name), "latin1"), /PRIVATE KEY|^secret$/m, name)
    const about = JSON.parse(readFileSync(join(bundle, "about.json"), "utf8")) as { role: string }
    assert.equal(about.role, "edge")
    appendFileSync(join(bundle, "ledger.json"), " ")
    assert.throws(() => inShell(bundle, CHECK))
  })

  it("is opened by its recipient alone, and compared by anybody", async () => {
    const bundle = await taken("sealed", recipient.certificate)
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

  it("is not begun where no folder is", async () => {
    await assert.rejects(bundled(path("edge.yaml"), { to: path("nowhere") }), { code: "ERR_BACKUP_TARGET" })
  })

  it("has nothing in the clear on the medium at any moment, killed in the midst", async () => {
    const [trail, medium] = [path("edge-data/audit.jsonl"), path("killed")]
    const before = readFileSync(trail)
    const line = `{"names":"${CANARY}","filling":"${"x".repeat(1 << 16)}"}\n`
    writeFileSync(trail, line.repeat(512))
    mkdirSync(medium)
    const args = ["incident", "bundle", path("edge.yaml"), "--to", medium, "--for", recipient.certificate]
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" })
    try {
      const lying = (): string[] => readdirSync(medium, { recursive: true, encoding: "utf8" })
      while (child.exitCode === null && !lying().some((name) => isBegun(join(medium, name)))) await sleep(2)
      child.kill("SIGKILL")
      await new Promise((resolve) =>
        (child.exitCode ?? child.signalCode) === null ? child.once("exit", resolve) : resolve(null),
      )
      const files = lying().filter((name) => statSync(join(medium, name)).isFile())
      assert.ok(files.length > 0 && !files.some((name) => name.endsWith("SHA256SUMS.p7m")), files.join())
      for (const name of files) {
        assert.match(name, /\.p7m$/)
        assert.ok(!readFileSync(join(medium, name)).includes(CANARY), name)
      }
    } finally {
      writeFileSync(trail, before)
    }
  })

  itLong("takes a trail of more than 2 GiB", async function () {
    this.timeout(600_000)
    const trail = path("edge-data/audit.jsonl")
    truncateSync(trail, 2 ** 31 + 4096)
    appendFileSync(trail, "\n")
    const bundle = await taken("long", recipient.certificate)
    assert.ok(statSync(join(bundle, "audit.jsonl.p7m")).size > 2 ** 31)
    assert.match(inShell(bundle, CHECK), /^audit\.jsonl\.p7m: OK$/m)
  })
})

const CANARY = "PATIENT^NAMED-IN-THE-TRAIL"
const isBegun = (file: string): boolean =>
  file.endsWith("audit.jsonl.p7m") && existsSync(file) && statSync(file).size > 0
