import assert from "node:assert/strict"
import { copyFileSync, readdirSync, rmSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { EXIT } from "../../gateway/exit.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { sendUntilAcknowledged } from "../peers/modality.ts"
import { dokuei, makeSites, startDokuei, type Started } from "./command-line.ts"

describe("dokuei recover", function () {
  this.timeout(60_000)
  let folder: string
  const path = (name: string): string => join(folder, name)
  const ledger = (): string => path("edge-data/ledger.sqlite")
  const config = (): string => path("edge.yaml")
  const stop = async (started: Started): Promise<string> => {
    started.process.kill("SIGTERM")
    const { code, stdout } = await started.ended()
    assert.equal(code, 0)
    return stdout
  }
  /** `sqlite3 .backup` beside the running gateway. */
  const backUp = async (): Promise<void> => {
    const db = new Database(ledger(), { readonly: true })
    await db.backup(path("ledger.backup"))
    db.close()
  }
  const putBack = (): void => {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${ledger()}${suffix}`, { force: true })
    copyFileSync(path("ledger.backup"), ledger())
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-recover-"))
    await makeSites(folder)
  })
  after(() => rm(folder, { recursive: true }))

  it("brings back what was received after the backup; until then the gateway does not start, and touches nothing", async () => {
    const first = await startDokuei(config())
    await backUp()
    const busy = dokuei("recover", config())
    assert.match(busy.stderr, /^ERR_STORE_IN_USE: /)
    assert.equal(busy.code, EXIT.storage.code)
    await send(first.ports.dicom ?? 0)
    await stop(first)

    putBack()
    for (let times = 0; times < 2; times++) {
      const refused = dokuei("run", config())
      assert.equal(refused.code, EXIT.ledger.code)
      assert.match(
        refused.stderr,
        /^ERR_LEDGER_BEHIND: the ledger has \d+ commits, the spool has seen \d+: .*`dokuei recover FILE`$/m,
      )
    }
    const recovered = dokuei("recover", config())
    assert.equal(recovered.code, EXIT.ok.code, recovered.stderr)
    assert.match(recovered.stdout, /^2 images filed; .*; 0 slots with 0 objects kept for a person$/m)
    const again = dokuei("recover", config())
    assert.match(again.stdout, /^the ledger is level with its spool$/m)
    const told = await stop(await startDokuei(config()))
    assert.match(told, /"instancesFiled":0,.*"segmentsDropped":0,"slotsDestroyed":0/)
    assert.equal(dokuei("audit", "verify", path("edge-data/audit.jsonl")).code, EXIT.ok.code)
  })

  it("lists what is kept when the ledger is gone, and destroys it when it is told to", async () => {
    for (const name of readdirSync(path("edge-data")))
      if (name.startsWith("ledger.sqlite")) rmSync(path(`edge-data/${name}`))
    assert.equal(dokuei("run", config()).code, EXIT.ledger.code)
    assert.match(dokuei("recover", config()).stdout, /^2 images filed; /m)
    const destroyed = dokuei("recover", config(), "--destroy-orphans")
    assert.match(destroyed.stdout, /^0 destroyed$/m)
    await stop(await startDokuei(config()))
  })

  it("refuses the ledger of another gateway", async () => {
    await stop(await startDokuei(path("center.yaml")))
    copyFileSync(path("center-data/ledger.sqlite"), ledger())
    for (const command of ["run", "recover"]) {
      const refused = dokuei(command, config())
      assert.match(refused.stderr, /^ERR_LEDGER_FOREIGN: /m)
      assert.equal(refused.code, EXIT.ledger.code)
    }
  })

  /** Two images by storescu. */
  async function send(port: number): Promise<void> {
    const PatientName = Buffer.from("Yamada^Tarou")
    const { files } = writeStudy(path("images"), { PatientID: "P1", PatientName, slices: 2, rows: 16 })
    await sendUntilAcknowledged({ port, onSending: () => undefined }, files, 30_000)
  }
})
