/**
 * Nobody without a key reads it at rest: a patient's name and a pattern of pixels walk the whole loop and are looked
 * for in every raw file of both gateways, while they are kept and after they were destroyed.
 */
import assert from "node:assert/strict"
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { sendStudy } from "../../deploy/demo/hospital.ts"
import { receiveReport, REPORT, signReport, until } from "../../deploy/demo/walk.ts"
import type { ObjectMeta } from "../../gateway/journey/ports/spool.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { countedChance } from "../peers/chance.ts"
import { filesBelow, inIr87, nameForms, search, type Planted } from "../peers/canary.ts"
import { MR_IMAGE_STORAGE, writeStudy, type SmallStudy } from "../peers/dicom-study.ts"
import { openedSpool } from "./opened-spool.ts"
import { Road, ROLES, SILENT, type Role } from "./road.ts"

/** Uncommon enough to stand nowhere by chance; in JIS X 0208, so that every form exists. */
const FAMILY = "鵺沼之原"
const GIVEN = "蜻蛉彦麿"
const PHONETIC = "ぬえぬまのはら"
/** What the hospital's system enters beside every request. */
const NAME_IN_REQUEST = "山田 太郎"

const HTJ2K_RPCL = "1.2.840.10008.1.2.4.202"

describe("a planted patient", function () {
  this.timeout(180_000)
  let road: Road
  let study: SmallStudy
  let requestId: string
  let planted: Planted[]
  /** Ciphertext of the images as it lay on the disks. */
  let sealed: Planted[]

  const folders = (): string[] => [...ROLES.map((role) => road.dataDir(role))]
  const logs = (): string[] => ROLES.map((role) => road.logFile(role))
  const everywhere = () => {
    const copied = join(road.site.dir, "looked-at-logs")
    mkdirSync(copied, { recursive: true })
    for (const log of logs()) cpSync(log, join(copied, basename(log)))
    return search([...folders(), copied], planted)
  }

  const isImage = ({ SOPClassUID, StudyInstanceUID }: ObjectMeta): boolean =>
    SOPClassUID === MR_IMAGE_STORAGE && StudyInstanceUID === study.StudyInstanceUID

  /** Octets from within the pixels as they travel. */
  async function codestream(): Promise<Buffer> {
    const recoded = (await openedSpool(road, "edge")).find(
      ({ meta }) => meta.TransferSyntaxUID === HTJ2K_RPCL,
    )
    return recoded!.bytes.subarray(-128, -32)
  }

  before(async () => {
    const pattern = Buffer.from(countedChance("pixels").bytes(96)).map((byte, at) =>
      at % 2 === 1 ? byte & 0x0f : byte,
    )
    planted = [
      ...[FAMILY, GIVEN, PHONETIC, NAME_IN_REQUEST].flatMap(nameForms),
      { what: "pixels", bytes: Buffer.from(pattern) },
      { what: "pixels, turned", bytes: Buffer.from(pattern).swap16() },
      ...[0, 1, 2].map((shift) => ({
        what: `pixels, base64 at ${shift}`,
        bytes: Buffer.from(
          Buffer.concat([Buffer.alloc(shift), pattern])
            .toString("base64")
            .slice(4, -4),
        ),
      })),
    ]
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s" })
    study = writeStudy(join(road.site.dir, "study"), {
      PatientID: "CANARY1",
      PatientName: Buffer.from(`Nuenuma^Tonbohiko=${FAMILY}^${GIVEN}=${PHONETIC}^とんぼひこ`),
      SpecificCharacterSet: "ISO_IR 192",
      slices: 3,
      pattern,
    })
    // The same name as other devices write it; nobody has asked for this one to be read.
    const other = writeStudy(join(road.site.dir, "study"), {
      PatientID: "CANARY2",
      PatientName: inIr87(`Nuenuma=${FAMILY}^${GIVEN}=${PHONETIC}`),
      SpecificCharacterSet: "\\ISO 2022 IR 87",
      slices: 1,
      pattern,
    })
    await sendStudy(road.site, other.files)
    const desks = await road.desks()
    requestId = await road.send(study)
    const reading = await road.read(requestId)
    assert.equal(reading.patient.ideographic, `${FAMILY} ${GIVEN}`, "the name did walk the road")
    await signReport(
      desks,
      reading,
      { ...REPORT, findings: `${FAMILY}${GIVEN}様。${REPORT.findings}` },
      SILENT,
    )
    await receiveReport(desks, requestId, 1, SILENT)
    planted.push({ what: "codestream", bytes: await codestream() })
    sealed = (await Promise.all(ROLES.map((role) => ciphertexts(road, role, isImage)))).flat()
  })
  after(() => road.close())

  it("is found in no file of either gateway: spool, ledger and its log, audit trail, people, logs", () => {
    const looked = folders()
      .flatMap(filesBelow)
      .map((file) => basename(file))
    for (const expected of [
      "ledger.sqlite",
      "ledger.sqlite-wal",
      "audit.jsonl",
      "people.sqlite",
      "slots.1.a",
    ])
      assert.ok(looked.includes(expected), expected)
    assert.deepEqual(everywhere(), [])
  })

  it("would be found in every form: in the files as they were sent, and in clear copies of what was sealed", async () => {
    const sent = search([join(road.site.dir, "study")], planted).map(({ what }) => what)
    const names = [FAMILY, GIVEN, PHONETIC].flatMap((each) => [`${each}, UTF-8`, `${each}, ISO-2022-JP`])
    assert.deepEqual([...new Set(sent)].sort(), [...names, "pixels"].sort())
    const copies = join(road.site.dir, "control")
    mkdirSync(copies)
    for (const [at, { bytes }] of planted.entries())
      writeFileSync(join(copies, String(at)), Buffer.concat([Buffer.alloc(5_000, at), bytes, Buffer.of(at)]))
    const found = search([copies], planted).map(({ what }) => what)
    assert.deepEqual(
      planted.map(({ what }) => what).filter((what) => !found.includes(what)),
      [],
    )
    const lies = { edge: ["pixels", "codestream"], center: ["codestream"] }
    for (const role of ROLES) {
      const clear = Buffer.concat((await openedSpool(road, role)).map(({ bytes }) => bytes))
      assert.ok(clear.includes(FAMILY), role)
      for (const what of lies[role])
        assert.ok(clear.includes(planted.find((each) => each.what === what)!.bytes), `${what}, ${role}`)
    }
  })

  it("would be found in base64 wherever it begins", () => {
    for (let before = 0; before < 12; before++) {
      const text = Buffer.from(`${"A".repeat(before)}${FAMILY}${GIVEN}`)
      const encoded = Buffer.from(text.toString("base64"))
      assert.ok(
        nameForms(FAMILY).some(({ bytes }) => encoded.includes(bytes)),
        String(before),
      )
    }
  })

  describe("after the term", () => {
    before(async () => {
      for (const role of ROLES) await road.endTerms(role)
      await until("deletion certificate at the hospital", async () => {
        const { clerk } = await road.desks()
        return (await clerk.get<StaffDetail>(`/api/requests/${requestId}`)).deletions[0]
      })
      for (const role of ROLES)
        await until(`images gone from the ${role}`, async () =>
          (await openedSpool(road, role)).every(({ meta }) => !isImage(meta)),
        )
    })

    it("is still found nowhere, and of the images not even the ciphertext is left", () => {
      assert.deepEqual(everywhere(), [])
      assert.ok(sealed.length > 2 * study.instances.length)
      assert.deepEqual(search(folders(), sealed), [])
    })

    it("is gone from the ledgers too: no copy of the slot's key can come back by a start", async () => {
      for (const role of ROLES) {
        await road.stop(role)
        await road.start(role)
      }
      const { clerk } = await road.desks()
      const detail = await clerk.get<StaffDetail>(`/api/requests/${requestId}`)
      assert.equal(detail.deletions.length, 1)
      assert.equal(detail.report?.version, 1, "the report outlives the images")
      assert.deepEqual(everywhere(), [])
    })
  })
})

const STEP_BYTES = 1_000

/** Octets from all over every segment that holds images. */
async function ciphertexts(
  road: Road,
  role: Role,
  isImage: (meta: ObjectMeta) => boolean,
): Promise<Planted[]> {
  const images = (await openedSpool(road, role)).filter(({ meta }) => isImage(meta))
  const slots = new Set(images.map(({ slotId }) => slotId))
  const files = [...slots].flatMap((slotId) =>
    filesBelow(join(road.dataDir(role), "spool", "objects", slotId)),
  )
  return files.flatMap((file) => {
    const bytes = readFileSync(file)
    const starts = Array.from(
      { length: Math.floor((bytes.length - 264) / STEP_BYTES) + 1 },
      (_, at) => 200 + at * STEP_BYTES,
    )
    return starts.map((at) => ({ what: `${file} at ${at}`, bytes: bytes.subarray(at, at + 64) }))
  })
}
