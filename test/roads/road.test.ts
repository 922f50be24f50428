/** The whole loop: modality, hospital, reading centre, and the report home; then the end of the term. */
import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { sendStudy, staffItems } from "../../deploy/demo/hospital.ts"
import { makeStudy, type DemoStudy } from "../../deploy/demo/study.ts"
import { NotReached, receiveReport, REPORT, signReport, until, type Desks } from "../../deploy/demo/walk.ts"
import type { ReadingView, WorkItem } from "../../gateway/journey/views/reading.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import type { Verdict } from "../../gateway/journey/views/verdict.ts"
import { schemaFaults, schemaOr } from "../peers/schemas.ts"
import { Storescp } from "../peers/storescp.ts"
import { auditKinds, auditMessages, verifiedByCommand } from "./audit-messages.ts"
import { dataSetDigest, openedSpool } from "./opened-spool.ts"
import { Road, ROLES, SILENT, type Role } from "./road.ts"

const MR_SLICES = 20
const instanceDigests = (opened: readonly { meta: { mimeType: string }; kind: string; bytes: Buffer }[]) =>
  opened.map(({ bytes }) => dataSetDigest(bytes)).sort()

describe("the road there and back", function () {
  this.timeout(180_000)
  let road: Road
  let desks: Desks
  let study: DemoStudy
  let requestId: string
  let reading: ReadingView
  let home: StaffDetail

  before(async () => {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", recoding: "none", xua: "demand" })
    desks = await road.desks()
    study = makeStudy(join(road.site.dir, "study"), "ROAD1")
  })
  after(() => road.close())

  it("brings every data set DCMTK sends to the reading centre bit for bit", async () => {
    const plain = await Storescp.open()
    await sendStudy({ ...road.site, ports: { ...road.site.ports, dicom: plain.port } }, study.files)
    const sent = plain.files().map(dataSetDigest).sort()
    await plain.close()
    assert.equal(new Set(sent).size, MR_SLICES)

    requestId = await road.send(study)
    reading = await road.read(requestId)
    assert.equal(reading.study.instances, MR_SLICES)

    const edge = (await openedSpool(road, "edge")).filter(({ kind }) => kind === "instance")
    const isImage = ({ meta }: { meta: { SOPClassUID: string } }) =>
      meta.SOPClassUID === edge[0]?.meta.SOPClassUID
    const center = (await openedSpool(road, "center")).filter(isImage)
    assert.deepEqual(instanceDigests(edge), sent, "as DCMTK's own storescp got them")
    assert.deepEqual(instanceDigests(center), sent)
    const files = (opened: readonly { bytes: Buffer }[]) =>
      opened.map(({ bytes }) => bytes.toString("base64")).sort()
    assert.deepEqual(files(center), files(edge), "the files too, preamble and group 0002")
  })

  it("brings the report home, valid, with holder, role and times, and the acknowledgement back", async () => {
    const before = Date.now()
    await signReport(desks, reading, REPORT, SILENT)
    home = await receiveReport(desks, requestId, 1, SILENT)
    const { signature, seal, report } = home
    assert.equal(report?.findings, REPORT.findings)
    assert.equal(report.impression, REPORT.impression)
    assert.equal(report.keyImages, 1)
    assertValid(signature, "hpki", before)
    assert.equal(signature?.role, "Medical Doctor")
    assert.notEqual(signature.holderJapanese, "")
    assert.notEqual(signature.holder, "")
    assertValid(seal, "seal", before)
    const detail = await desks.clerk.get<StaffDetail>(`/api/requests/${requestId}`)
    assert.ok(detail.acknowledgement?.toldCenterAt)
    const [row] = (await staffItems(road.site)).filter((each) => each.requestId === requestId)
    assert.deepEqual(
      row?.way.map(({ name, state }) => `${name} ${state}`),
      ["received", "sent", "arrived", "reading", "reported", "acknowledged"]
        .map((name) => `${name} done`)
        .concat("seen skip", "acted skip"),
    )
  })

  it("replaces a corrected report: version 2 is shown with the earlier one, and acknowledged anew", async () => {
    const signed = await desks.reader.get<ReadingView>(`/api/cases/${requestId}`)
    const corrected = await desks.reader.post<ReadingView>(`/api/cases/${requestId}/amend`, {
      what: "correction",
      reportId: signed.standing[0]?.reportId,
      reason: "左右の記載を訂正",
    })
    const text = {
      ...REPORT,
      impression: "1. 右側頭葉に異常を認めません。",
      correctionReason: "左右の記載を訂正",
    }
    await signReport(desks, corrected, text, SILENT)
    const second = await receiveReport(desks, requestId, 2, SILENT)
    assert.equal(second.report?.impression, text.impression)
    assert.equal(second.report.status, "corrected")
    assertValid(second.signature, "hpki", 0)
    assert.deepEqual(
      second.versions.map(({ version, status, verdict }) => ({ version, status, verdict })),
      [
        { version: 1, status: "final", verdict: "valid" },
        { version: 2, status: "corrected", verdict: "valid" },
      ],
    )
    const earlier = await desks.clerk.bytes(`/api/reports/${home.report?.reportId ?? ""}/pdf`)
    assert.equal(earlier.bytes.toString("latin1", 0, 5), "%PDF-")
  })

  describe("when the agreed term ends", () => {
    let short: DemoStudy
    let shortId: string
    const slots = new Map<Role, readonly string[]>()

    before(async () => {
      for (const role of ROLES) {
        road.configure(role, (config) =>
          config.agreements.forEach((each) =>
            Object.assign(each.retention, { images: "4s", unreadImages: "50s" }),
          ),
        )
        await road.stop(role)
        await road.start(role)
        slots.set(role, slotFolders(road, role))
      }
      short = makeStudy(join(road.site.dir, "short"), "ROAD2")
      shortId = await road.send(short)
    })

    it("keeps the images of a case nobody has read no longer than agreed for such, and the reader is told before", async () => {
      await until("near the end of the longer term", async () => {
        const { items } = await desks.reader.get<{ items: WorkItem[] }>("/api/worklist")
        const [mine] = items.filter((each) => each.requestId === shortId)
        return mine?.notices.some(({ code }) => code === "term-near")
      })
      await signReport(desks, await road.read(shortId), REPORT, SILENT)
    })

    it("destroys slot and bytes at both sides and gives the hospital a certificate under the centre's seal", async () => {
      const deletion = await until("deletion certificate at the hospital", async () => {
        const detail = await desks.clerk.get<StaffDetail>(`/api/requests/${shortId}`)
        return detail.deletions[0]
      })
      assert.equal(deletion.certificate, "valid")
      // What is STAT may have left in units.
      assert.ok(deletion.compared.every(({ missing, foreign }) => missing === 0 && foreign === 0))
      assert.equal(
        deletion.compared.reduce((sum, { named }) => sum + named, 0),
        deletion.objects,
        "every object that was sent is named",
      )
      assert.ok(deletion.objects >= MR_SLICES)
      assert.match(deletion.statement, /鍵/)
      for (const role of ROLES)
        await until(`no object of the study at the ${role}`, async () =>
          (await openedSpool(road, role)).every(({ meta }) => !isImageOf(meta, short)),
        )
      const [left] = (await desks.reader.get<{ items: WorkItem[] }>("/api/worklist")).items.filter(
        (each) => each.requestId === shortId,
      )
      assert.deepEqual([left?.state, left?.notices], ["completed", [{ code: "images-gone", reason: null }]])
    })

    it("leaves no file of the destroyed slots on either disk", async () => {
      await until("folders gone", () => {
        // One slot remains for the request at each side, and one for the certificate; that of the images is gone.
        const added = (role: Role) =>
          slotFolders(road, role).filter((each) => !slots.get(role)?.includes(each))
        return Promise.resolve(ROLES.every((role) => added(role).length === 2))
      })
    })

    it("keeps what is not due: the other study is still read, its report still shown", async () => {
      const detail = await desks.clerk.get<StaffDetail>(`/api/requests/${requestId}`)
      assert.deepEqual(detail.deletions, [])
      assert.equal(detail.report?.version, 2)
      assert.equal(
        (await desks.reader.get<ReadingView>(`/api/cases/${requestId}`)).series[0]?.images.length,
        MR_SLICES,
      )
    })
  })

  describe("its audit trail", () => {
    const EXPECTED: Record<Role, readonly string[]> = {
      edge: [
        "110100 E 0", // application start and stop
        "110104 C 0", // instances received
        "110106 R 0", // export
        "110107 C 0", // import
        "110110 R 0", // report accessed
        "110114 E 0", // login
        "110007 R 0", // report verified
        "110105 D 0", // study deleted
      ],
      center: [
        "110100 E 0",
        "110106 R 0",
        "110107 C 0",
        "110103 R 0", // study accessed
        "110114 E 0",
        "113031 C 0", // signed
        "110007 R 0",
        "110105 D 0",
      ],
    }
    it("names at both ends who acted at the other: the clerk, the reader by the certificate, and a gateway for itself", () => {
      for (const [from, to, person] of [
        ["edge", "center", /^&lt;(?!urn:oid)[^@]+@urn:oid:/],
        ["center", "edge", /^[^&]+&lt;.*CN=.*@urn:oid:/],
      ] as const) {
        const sent = usersOf(road, from, "110106")
        assert.deepEqual(new Set(usersOf(road, to, "110107")), new Set(sent))
        assert.ok(
          sent.some((user) => person.test(user)),
          sent.join("\n"),
        )
        assert.ok(
          sent.some((user) => /^&lt;urn:oid:[^@]+@urn:oid:/.test(user)),
          sent.join("\n"),
        )
      }
    })

    for (const role of ROLES) {
      it(`of the ${role} holds by \`dokuei audit verify\` and tells every kind of event that happened`, async () => {
        const missing = () => EXPECTED[role].filter((kind) => !auditKinds(road, role).has(kind))
        await until(`events ${missing().join(", ")}`, () => Promise.resolve(missing().length === 0)).catch(
          (error: unknown) => {
            throw new NotReached(`not in the trail: ${missing().join(", ")}`, { cause: error })
          },
        )
        const { status, printed } = verifiedByCommand(road, role)
        assert.equal(status, 0, printed)
        assert.match(printed, /^\d+ records, head [0-9a-f]{64}\nthe chain holds\n$/)
      })

      it(`of the ${role} is valid message by message against the audit schema`, function () {
        const messages = auditMessages(road, role)
        const schema = schemaOr(this, "audit", messages.length)
        assert.deepEqual(schemaFaults(schema, messages), [])
      })
    }
  })
})

/** Who was asserted in the exchanges of this kind, as XML has it. */
const usersOf = (road: Road, role: Role, eventId: string): string[] =>
  auditMessages(road, role)
    .filter((message) => message.includes(`csd-code="${eventId}"`) && message.includes('csd-code="ITI-41"'))
    .flatMap((message) => [...message.matchAll(/UserName="([^"]*)"/g)].map(([, user = ""]) => user))

const isImageOf = (
  meta: { StudyInstanceUID: string; mimeType: string; SOPClassUID: string },
  study: DemoStudy,
) => meta.StudyInstanceUID === study.StudyInstanceUID && meta.SOPClassUID !== ""

const slotFolders = (road: Road, role: Role): string[] =>
  readdirSync(join(road.dataDir(role), "spool", "objects")).filter((name) => /^[0-9a-f]{32}$/.test(name))

function assertValid(verdict: Verdict | null | undefined, kind: Verdict["kind"], since: number): void {
  assert.equal(verdict?.outcome, "valid", JSON.stringify(verdict?.tests))
  assert.equal(verdict.kind, kind)
  assert.deepEqual(
    verdict.tests.filter(({ outcome }) => outcome !== "pass"),
    [],
  )
  const seconds = (instant: string | null): number => Math.floor(new Date(instant ?? 0).getTime() / 1000)
  assert.ok(seconds(verdict.signedAt) >= Math.floor(since / 1000))
  assert.ok(seconds(verdict.timeStampedAt) >= seconds(verdict.signedAt))
}
