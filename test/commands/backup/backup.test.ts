import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parse, stringify } from "yaml"
import { backUp as backedUp } from "../../../gateway/commands/backup/backup.ts"
import { restore as restored } from "../../../gateway/commands/backup/restore.ts"
import { EXIT } from "../../../gateway/exit.ts"
import { writeStudy } from "../../peers/dicom-study.ts"
import { sendUntilAcknowledged } from "../../peers/modality.ts"
import { dokuei, makeSites, startDokuei, type Ended } from "../command-line.ts"
import { makeRecoveryKey, type RecoveryFiles } from "./recovery-key.ts"

const NOBODY = { write: () => undefined }
const NOBODY_UID = 65534

describe("dokuei backup and restore", function () {
  this.timeout(120_000)
  let folder: string
  let recovery: RecoveryFiles
  let signer = ""
  const path = (name: string): string => join(folder, name)
  const config = (): string => path("edge.yaml")
  const target = (): string => path("medium")
  const backUp = (to = target()): Ended => dokuei("backup", config(), "--to", to)
  /** The same in this process. */
  const taken = async (to = target()): Promise<string> => {
    await sleep(SECOND_MS)
    return backedUp(config(), to, NOBODY)
  }
  const generations = (): string[] => readdirSync(target()).sort()
  const restore = (from: string, into: string, ...more: readonly string[]): Ended => {
    const given = ["--key", recovery.key, "--signer", signer, "--into", path(into), ...more]
    return dokuei("restore", from, ...given)
  }
  /** A copy of the medium for each thing that is done to it. */
  const copied = (name: string): string => {
    cpSync(target(), path(name), { recursive: true })
    return path(name)
  }
  const newest = (dir: string): string => join(dir, readdirSync(dir).sort().at(-1)!)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-backup-"))
    await makeSites(folder)
    recovery = makeRecoveryKey(folder)
    const raw: Record<string, unknown> = parse(readFileSync(config(), "utf8"))
    raw.backup = { recoveryCertificate: "recovery.pem", generations: 2 }
    writeFileSync(config(), stringify(raw))
    mkdirSync(target())
  })
  after(() => rm(folder, { recursive: true }))

  it("is taken while the gateway runs, signed, and nothing in it opens without the recovery key", async () => {
    const running = await startDokuei(config())
    try {
      const PatientName = Buffer.from("Yamada^Tarou")
      const { files } = writeStudy(path("study"), { PatientID: "P1", PatientName, slices: 2, rows: 16 })
      await sendUntilAcknowledged(
        { port: running.ports.dicom ?? 0, onSending: () => undefined },
        files,
        30_000,
      )
      const { code, stdout, stderr } = backUp()
      assert.equal(code, EXIT.ok.code, stderr)
      assert.match(stdout, /^edge-\S+Z: \d+ files, .*signed, encrypted and read back$/m)
      assert.match(stdout, /lies on the disk of the data/)
      signer = /^signed by ([0-9a-f]{64}):/m.exec(stdout)![1]!
    } finally {
      running.process.kill("SIGTERM")
      await running.ended()
    }
    const [generation] = generations()
    const inside = join(target(), generation!)
    const checked = spawnSync("openssl", [
      ...["cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", join(inside, "manifest.p7m")],
    ])
    const manifest = JSON.parse(checked.stdout.toString()) as {
      files: { name: string; place: string }[]
      leftOut: string[]
    }
    const places = manifest.files.map(({ place }) => place)
    for (const place of ["ledger.sqlite", "people.sqlite", "audit.jsonl", "keys/index/epoch-1.key"])
      assert.ok(places.includes(place), place)
    assert.ok(places.includes("from-backup/keys.object.key.pem"))
    assert.ok(!places.some((place) => /slot|spool|seal\.key|tls\.key|passphrase|^keys\/epoch/.test(place)))
    assert.ok(manifest.leftOut.includes("keys.seal.key"))
    for (const name of readdirSync(inside))
      assert.ok(!readFileSync(join(inside, name)).includes("SQLite format"), name)
    assert.ok(!existsSync(path("edge-data/backup.tmp")))
  })

  it("is opened by openssl, file by file", () => {
    const sealed = join(newest(target()), "0001.p7m")
    const opened = spawnSync("openssl", [
      ...[
        "cms",
        "-decrypt",
        "-inform",
        "DER",
        "-in",
        sealed,
        "-inkey",
        recovery.key,
        "-recip",
        recovery.certificate,
      ],
    ])
    assert.equal(opened.status, 0, opened.stderr.toString())
    assert.equal(opened.stdout.subarray(0, 15).toString(), "SQLite format 3")
  })

  it("keeps as many generations as it is told, and touches nothing that is not proved to be its own", async () => {
    const [first] = generations()
    const foreign = first!.replace(/\d{8}T.*$/, "20200101T000000Z")
    mkdirSync(path(`medium/${foreign}`))
    writeFileSync(path(`medium/${foreign}/0001.p7m`), "somebody else's")
    for (let times = 0; times < 2; times++) {
      assert.match(await taken(), new RegExp(`not proved to be ours: ${foreign}$`, "m"))
    }
    assert.equal(generations().length, 3)
    assert.ok(!generations().includes(first!))
    assert.deepEqual(readdirSync(path(`medium/${foreign}`)), ["0001.p7m"])
    rmSync(path(`medium/${foreign}`), { recursive: true })
    const mixed = newest(target())
    writeFileSync(join(mixed, "holiday.jpg"), "a person's")
    for (let times = 0; times < 2; times++) await taken()
    assert.ok(existsSync(join(mixed, "holiday.jpg")))
    rmSync(mixed, { recursive: true })
  })

  it("ends in good order where the medium is full, not there, or was killed in the midst", async () => {
    const whole = generations()
    const missing = backUp(path("nowhere"))
    assert.equal(missing.code, EXIT.failed.code)
    assert.match(missing.stderr, /^ERR_BACKUP_TARGET: .*is the medium mounted\?$/m)
    const small = path("small")
    mkdirSync(small)
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", small]).status === 0) {
      try {
        await assert.rejects(taken(small), {
          code: "ERR_BACKUP_TARGET",
          message: / has no room for \d+ MiB$/,
        })
        assert.deepEqual(readdirSync(small), [])
      } finally {
        spawnSync("umount", [small])
      }
    }
    // As a backup that was killed before its manifest leaves it.
    const killed = newest(target()).replace(/\d{8}T.*$/, "20200101T000000Z")
    mkdirSync(killed)
    await taken()
    assert.ok(!existsSync(killed))
    assert.ok(generations().some((each) => whole.includes(each)))
  })

  it("is put back into an empty folder, and the gateway goes on from there", async () => {
    const { code, stdout, stderr } = restore(target(), "restored")
    assert.equal(code, EXIT.ok.code, stderr)
    assert.match(stdout, /each as it was signed, in \d+\.\d minutes$/m)
    assert.match(restore(target(), "restored").stderr, /^ERR_RESTORE_PLACE: /m)
    // The disk with ledger and people is lost, that with the spool is not.
    renameSync(path("edge-data"), path("lost"))
    renameSync(path("restored"), path("edge-data"))
    renameSync(path("lost/spool"), path("edge-data/spool"))
    for (const name of readdirSync(path("lost/keys")))
      if (name.startsWith("epoch-")) cpSync(path(`lost/keys/${name}`), path(`edge-data/keys/${name}`))
    const recovered = dokuei("recover", config())
    assert.equal(recovered.code, 0, recovered.stderr)
    const running = await startDokuei(config())
    running.process.kill("SIGTERM")
    assert.equal((await running.ended()).code, 0)
    assert.equal(dokuei("audit", "verify", path("edge-data/audit.jsonl")).code, 0)
    assert.match(readFileSync(path("edge-data/audit.jsonl"), "utf8"), /a backup was put back: edge-/)
  })

  it("goes on with a new spool when a person says that the old one is lost", async () => {
    assert.equal(restore(target(), "anew").code, 0)
    rmSync(path("edge-data"), { recursive: true })
    renameSync(path("anew"), path("edge-data"))
    const refused = dokuei("run", config())
    assert.equal(refused.code, EXIT.ledger.code)
    assert.match(refused.stderr, /^ERR_LEDGER_FOREIGN: .*--spool-lost`$/m)
    assert.equal(dokuei("recover", config()).code, EXIT.ledger.code)
    const recovered = dokuei("recover", config(), "--spool-lost")
    assert.equal(recovered.code, 0, recovered.stderr)
    assert.match(recovered.stdout, /^0 images filed; 1 studies, /m)
    const running = await startDokuei(config())
    running.process.kill("SIGTERM")
    assert.equal((await running.ended()).code, 0)
  })

  it("by root is all of the folder's owner, and so is what recover makes there", function () {
    if (process.getuid?.() !== 0) {
      console.log("      skipped: only root makes files of others")
      return this.skip()
    }
    rmSync(path("edge-data"), { recursive: true })
    mkdirSync(path("edge-data"))
    execFileSync("chown", ["-R", `${NOBODY_UID}:${NOBODY_UID}`, folder])
    // What root alone may read is read all the same.
    execFileSync("chown", ["-R", "0:0", target()])
    const { stdout, code, stderr } = restore(target(), "edge-data")
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stdout, /chown/)
    const recovered = dokuei("recover", config(), "--spool-lost")
    assert.equal(recovered.code, 0, recovered.stderr)
    const made = readdirSync(path("edge-data"), { recursive: true, encoding: "utf8" })
    assert.ok(made.includes("spool/slots/ledger"))
    for (const name of made) assert.equal(lstatSync(join(path("edge-data"), name)).uid, NOBODY_UID, name)
  })

  const bent: readonly (readonly [string, RegExp, (generation: string) => void])[] = [
    ["a bit of a file is turned", /TAMPERED: 0002.p7m/, (dir) => turn(join(dir, "0002.p7m"), 500)],
    ["a bit of its manifest is turned", /TAMPERED: /, (dir) => turn(join(dir, "manifest.p7m"), 200)],
    ["a file is cut", /TAMPERED: 0001.p7m/, (dir) => truncateSync(join(dir, "0001.p7m"), 100)],
    ["a file is longer", /TAMPERED: 0001.p7m/, (dir) => appendFileSync(join(dir, "0001.p7m"), "x")],
    ["a file is missing", /TAMPERED: files are missing/, (dir) => rmSync(join(dir, "0003.p7m"))],
    ["a file is added", /TAMPERED: files are missing, or/, (dir) => writeFileSync(join(dir, "a"), "")],
    [
      "it is called by another day",
      /TAMPERED: .*signed as/,
      (dir) => renameSync(dir, dir.replace(/\d{8}T\d{6}Z$/, "20991231T235959Z")),
    ],
    ["its manifest is enormous", /TAMPERED: /, (dir) => truncateSync(join(dir, "manifest.p7m"), 2 ** 40)],
  ]
  for (const [what, words, change] of bent)
    it(`is not put back when ${what}`, async () => {
      const medium = copied("bent")
      change(newest(medium))
      const given = { key: recovery.key, signer, into: path("never") }
      await assert.rejects(restored(medium, given, NOBODY), (error: Error & { code: string }) =>
        words.test(`${error.code}: ${error.message}`),
      )
      rmSync(medium, { recursive: true })
      assert.ok(!existsSync(path("never")))
    })

  it("is not put back by another key, nor believed from another seal", async () => {
    const other = makeRecoveryKey(folder, "other")
    const given = { key: recovery.key, signer, into: path("never") }
    await assert.rejects(restored(target(), { ...given, key: other.key }, NOBODY), {
      code: "ERR_KEY_MISMATCH",
    })
    await assert.rejects(restored(target(), { ...given, signer: "0".repeat(64) }, NOBODY), {
      code: "ERR_BACKUP_FOREIGN",
      message: /was signed by [0-9a-f]{64}/,
    })
    assert.ok(!existsSync(path("never")))
  })
})

/** Names tell seconds. */
const SECOND_MS = 1_050

function turn(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at]! ^= 1
  writeFileSync(file, bytes)
}
