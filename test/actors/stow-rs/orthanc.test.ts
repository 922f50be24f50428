import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "mocha"
import { listen, type StoreOrigin } from "../../../gateway/actors/stow-rs/listen.ts"
import { TwoSides } from "../../journey/world.ts"
import { writeStudy } from "../../peers/dicom-study.ts"
import { Orthanc } from "../../peers/orthanc.ts"

/** Debian: orthanc-dicomweb. */
const PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
const TOKEN = "token-of-the-archive"

describe("Orthanc as a STOW-RS client", () => {
  let sides: TwoSides
  let origin: StoreOrigin
  let orthanc: Orthanc
  let folder: string

  before(async function () {
    this.timeout(30_000)
    if (!existsSync(PLUGIN)) {
      console.log("skipped: the Debian package orthanc-dicomweb is not installed")
      this.skip()
    }
    folder = mkdtempSync(join(tmpdir(), "dokuei-stow-"))
    sides = await TwoSides.open()
    const sender = {
      aeTitle: "WEB1",
      tokenSha256: createHash("sha256").update(TOKEN).digest("hex"),
      pins: [],
    }
    origin = await listen(
      {
        host: "127.0.0.1",
        port: 0,
        tls: null,
        senders: [sender],
        onTurnedAway: () => assert.fail("Orthanc was turned away"),
        onFault: (error) => assert.fail(String(error)),
      },
      { open: (each) => sides.edge.files.open(each) },
    )
    const server = {
      Url: `http://127.0.0.1:${origin.port}/dicomweb/`,
      HttpHeaders: { Authorization: `Bearer ${TOKEN}` },
    }
    const config = { Plugins: [PLUGIN], DicomWeb: { Servers: { edge: server } } }
    orthanc = await Orthanc.open({ config })
  })
  after(async () => {
    if (!existsSync(PLUGIN)) return
    await orthanc.close()
    await origin.close()
    sides.close()
    rmSync(folder, { recursive: true })
  })

  it("stores a study, which is kept as Orthanc has it", async () => {
    const { files, StudyInstanceUID } = writeStudy(folder, {
      PatientID: "P-WEB",
      PatientName: Buffer.from("Yamada^Tarou"),
      slices: 5,
      rows: 64,
    })
    const resources: string[] = []
    for (const file of files)
      resources.push((await orthanc.post<{ ID: string }>("/instances", readFileSync(file))).ID)
    await orthanc.post("/dicom-web/servers/edge/stow", { Resources: resources, Synchronous: true })
    await sides.edge.runDue()
    const [record] = await sides.edge.ledger.studiesByUid(StudyInstanceUID)
    assert.deepEqual([record?.instances, record?.callingAE], [5, "WEB1"])
    const theirs = (await orthanc.files()).map((file) => createHash("sha256").update(file).digest("hex"))
    const ours = (await sides.edge.ledger.instances(record?.id ?? "")).map(({ sha256 }) => sha256)
    assert.deepEqual(ours.sort(), theirs.sort())
  })
})
