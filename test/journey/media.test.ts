/** Submissions between two gateways in one process on a medium, when nothing goes over the line. */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MediumTree } from "../../gateway/actors/portable-media/medium-tree.ts"
import { octetsOf } from "../../gateway/actors/portable-media/read-file.ts"
import {
  metadataIn,
  readSubset,
  sealedMetadataIn,
  subsetFolders,
} from "../../gateway/actors/portable-media/survey.ts"
import { writeMedium } from "../../gateway/actors/portable-media/write-medium.ts"
import type { Agreement } from "../../gateway/journey/agreement.ts"
import { AcceptanceError, DeskError } from "../../gateway/journey/errors.ts"
import { leaving } from "../../gateway/journey/media/leaving.ts"
import { mediaDesk } from "../../gateway/journey/media/media-desk.ts"
import type { MediumPlan } from "../../gateway/journey/ports/media.ts"
import { readWhole } from "../../gateway/journey/read-whole.ts"
import { readDeletionCertificate } from "../../gateway/standards/notice/deletion-certificate.ts"
import { readDicomdir } from "../../gateway/standards/dicom/dicomdir.ts"
import { AT_CENTER, AT_HOSPITAL } from "./agreements.ts"
import type { Gateway } from "./gateway.ts"
import { acknowledge, CLERK, enter, READER, report, requestFor, row, storeAll, study } from "./people.ts"
import { PLAIN } from "./unmarked.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const MAKER = {
  institution: "みほん市民病院",
  contact: "",
  product: "Dokuei",
  version: "0",
  vendor: "Dokuei",
}
const STICK = { name: "STICK", type: "usb" } as const
const SETTLE_MS = 60_000

describe("a medium", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let folder: string
  let requestId: string
  const images = study("P1", 4)

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dokuei-medium-"))))
  afterEach(() => {
    sides.close()
    rmSync(folder, { recursive: true })
  })

  async function send(agreement: Partial<Agreement> = {}, unitBytes?: number): Promise<void> {
    sides = await TwoSides.open({ agreement, ...(unitBytes === undefined ? {} : { unitBytes }) })
    sides.line.fault = () => "unreachable"
    requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, images)
    await sides.settle(SETTLE_MS)
  }

  const planOf = (gateway: Gateway, what: string): Promise<MediumPlan> =>
    mediaDesk(gateway.world, MAKER).plan("sato", STICK, what)

  /** What is still to be made is made, as the runner does. */
  async function readyPlan(gateway: Gateway, what: string): Promise<MediumPlan> {
    for (let tries = 0; tries < 20; tries++) {
      const plan = await planOf(gateway, what)
      if (plan.waiting.length === 0) return plan
      await gateway.runDue()
    }
    throw new Error("it is never ready")
  }

  async function write(gateway: Gateway, what: string): Promise<string> {
    const plan = await readyPlan(gateway, what)
    const root = mkdtempSync(join(folder, "stick-"))
    await plan.begin()
    await writeMedium(root, plan.files, { bytes: () => undefined, file: () => undefined })
    return root
  }

  /** As the command does, without a socket between. */
  async function readIn(
    gateway: Gateway,
    agreement: string,
    root: string,
    order: (names: string[]) => string[] = (names) => names,
  ): Promise<void> {
    const tree = new MediumTree(root)
    const folders = new Map((await subsetFolders(tree)).map((each) => [each.name, each]))
    for (const name of order([...folders.keys()])) {
      const subset = folders.get(name)!
      const sealed = await sealedMetadataIn(tree, subset)
      const xml =
        sealed === null ? await metadataIn(tree, subset) : await mediaDesk(gateway.world, MAKER).open(sealed)
      const { submission, documents } = await readSubset(tree, subset, xml)
      const peer = {
        agreement,
        spkiSha256: "",
        remoteAddress: "",
        onMedium: { medium: STICK, user: "suzuki" },
      }
      const intake = await gateway.door.begin(peer, submission.submission, "urn:uuid:1")
      for (const { entry, path } of documents) await intake.document(entry, octetsOf(path))
      await intake.commit()
    }
  }

  const standing = async (gateway: Gateway): Promise<string[]> =>
    (await gateway.ledger.submissionsOf({ requestId }))
      .map(({ direction, kind, state }) => `${direction} ${kind} ${state}`)
      .sort()
  const kindsLeaving = async (): Promise<string[]> =>
    (await leaving(sides.edge.world, requestId)).map(({ kind }) => kind)
  const item = async () =>
    (await sides.center.reading.worklist(READER)).find((each) => each.requestId === requestId)

  it("takes a study in units that the line would have waited for one by one, all made and closed at once", async () => {
    await send({}, 1)
    assert.deepEqual(
      await standing(sides.edge),
      ["out study planned", "out unit sealed"],
      "as the line has it",
    )
    const root = await write(sides.edge, images.StudyInstanceUID)
    assert.equal(readdirSync(join(root, "IHE_XDM")).length, 5)
    await readIn(sides.center, AT_CENTER.id, root)
    await sides.center.runDue()
    await sides.settle(SETTLE_MS)
    const listed = await item()
    assert.deepEqual([listed?.state, listed?.verification, listed?.study.instances], ["ready", "valid", 4])
  })

  it("is read in any order, and twice, and comes once", async () => {
    await send({}, 1)
    const root = await write(sides.edge, requestId)
    await readIn(sides.center, AT_CENTER.id, root, (names) => names.toReversed())
    await readIn(sides.center, AT_CENTER.id, root)
    await sides.settle(SETTLE_MS)
    const listed = await item()
    assert.deepEqual([listed?.state, listed?.study.instances], ["ready", 4])
    assert.equal((await standing(sides.center)).filter((each) => each.startsWith("in")).length, 5)
  })

  it("brings receipts home, and nothing is sent when the line is back", async () => {
    await send()
    await readIn(sides.center, AT_CENTER.id, await write(sides.edge, AT_HOSPITAL.id))
    await sides.settle(SETTLE_MS)
    await readIn(sides.edge, AT_HOSPITAL.id, await write(sides.center, AT_CENTER.id))
    await sides.edge.runDue()
    assert.deepEqual(await standing(sides.edge), ["in receipt verified", "out study verified"])
    const before = sides.line.attempts.length
    sides.line.fault = () => null
    await sides.settle()
    assert.deepEqual(
      sides.line.attempts.slice(before).map(({ kind }) => kind),
      ["receipt"],
      "the centre's own, which nobody answers",
    )
  })

  it("is known again when the line brings the same once more, what closes it last", async () => {
    await send({}, 1)
    const root = await write(sides.edge, AT_HOSPITAL.id)
    sides.line.fault = () => null
    await sides.settle()
    const kinds = sides.line.attempts.filter(({ fault }) => fault === null).map(({ kind }) => kind)
    assert.equal(kinds.indexOf("study"), kinds.lastIndexOf("unit") + 1)
    await readIn(sides.center, AT_CENTER.id, root)
    await sides.settle()
    assert.equal((await item())?.study.instances, 4)
  })

  it("keeps its units as they are, however often the line cuts them meanwhile", async () => {
    await send({}, 2 * images.instances[0]!.dataSet.length + 1000)
    await write(sides.edge, AT_HOSPITAL.id)
    sides.edge.unitBytes = 1
    let cuts = 0
    sides.line.fault = (kind) => (kind !== "unit" ? null : cuts++ < 8 ? "cut" : "unreachable")
    await sides.settle(20 * SETTLE_MS)
    assert.ok(cuts > 8, String(cuts))
    assert.deepEqual(
      (await standing(sides.edge)).filter((each) => each !== "out unit sealed"),
      ["out study sealed"],
    )
    sides.line.fault = () => null
    await sides.settle(10 * SETTLE_MS)
    assert.equal((await item())?.study.instances, 4)
  })

  it("brings a report and its receipt", async () => {
    await send()
    await readIn(sides.center, AT_CENTER.id, await write(sides.edge, AT_HOSPITAL.id))
    await sides.settle(SETTLE_MS)
    await report(sides.center, requestId)
    await sides.settle(SETTLE_MS)
    await readIn(sides.edge, AT_HOSPITAL.id, await write(sides.center, AT_CENTER.id))
    await sides.settle(SETTLE_MS)
    const { reportId } = (await sides.center.ledger.reportsOfRequest(requestId)).map(({ id }) => ({
      reportId: id,
    }))[0]!
    assert.notEqual(await write(sides.center, reportId), "")
    assert.equal(
      (await row(sides.edge, requestId))?.way.find(({ name }) => name === "reported")?.state,
      "done",
    )
  })

  it("shows who it is about only where the agreement has documents in clear, and then has a DICOMDIR", async () => {
    await send()
    const sealed = await write(sides.edge, requestId)
    assert.ok(!existsSync(join(sealed, "DICOMDIR")))
    const everything = (root: string): string =>
      ["INDEX.HTM", "README.TXT", "IHE_XDM/SUBSET01/METADATA.XML"]
        .map((name) => readFileSync(join(root, name), "utf8"))
        .join("\n")
    assert.doesNotMatch(everything(sealed), /P1\^|Yamada|R1\^/)
    sides.close()
    await send(PLAIN)
    const clear = await write(sides.edge, requestId)
    assert.match(everything(clear), /P1\^\^\^/)
    const files = readDicomdir(readFileSync(join(clear, "DICOMDIR")))
    assert.equal(files.length, 5, "the images and their manifest")
    for (const { fileId } of files) assert.ok(existsSync(join(clear, ...fileId)), fileId.join("/"))
    assert.ok(!existsSync(join(clear, "IHE_XDM/SUBSET01/METADATA.P7M")))
  })

  it("without seals is told by who read it in, and never by the key of a connection", async () => {
    await send(PLAIN)
    await readIn(sides.center, AT_CENTER.id, await write(sides.edge, requestId))
    await sides.settle(SETTLE_MS)
    const arrived = (await sides.center.ledger.submissionsOf({ requestId })).find(
      ({ kind }) => kind === "study",
    )
    const { verdict } = arrived!.private
    assert.equal(verdict?.outcome, "unsigned")
    assert.deepEqual(
      verdict.tests.map(({ name, detail }) => (name === "medium" ? `${name} ${detail}` : name)),
      ["medium suzuki", "transmitted", "same-subject", "unsigned-agreed", "unencrypted-agreed"],
    )
  })

  it("is named in the certificate of the destruction: it came on one, and its report left on another", async () => {
    await send({
      retention: { imagesMs: 5 * DAY_MS, reportsMs: 60 * DAY_MS, certificatesMs: 200 * DAY_MS },
    })
    const root = await write(sides.edge, requestId)
    await readIn(sides.center, AT_CENTER.id, root)
    await readIn(sides.center, AT_CENTER.id, root)
    sides.line.fault = () => null
    await sides.settle()
    await report(sides.center, requestId)
    await sides.settle()
    const [{ id: reportId } = { id: "" }] = await sides.center.ledger.reportsOfRequest(requestId)
    await mediaDesk(sides.center.world, MAKER)
      .plan("suzuki", { name: "DISC", type: "cd" }, reportId)
      .then((plan) => plan.begin())
    await acknowledge(sides.edge, requestId)
    await sides.settle(100 * DAY_MS)
    const said: unknown[] = []
    for (const { id, kind } of await sides.edge.ledger.submissionsOf({ requestId })) {
      if (kind !== "certificate") continue
      const [document] = await sides.edge.ledger.documents(id)
      const read = readDeletionCertificate(await readWhole(sides.edge.spool, document!.place))
      said.push([read.what, read.copiesOutsideControl.map((each) => each.replace(/\d/g, "9"))])
    }
    assert.deepEqual(said, [
      ["images", ["USB (9999-99-99)"]],
      ["texts", ["CD (9999-99-99)"]],
    ])
  })

  it("is in the audit trail before it is made, with who asked", async () => {
    await send()
    const plan = await readyPlan(sides.edge, requestId)
    await plan.begin()
    await plan.failed("no room")
    const told = (await sides.edge.audited())
      .map(({ event }) => event)
      .filter(({ event }) => event === "medium-exported")
    assert.deepEqual(
      told.map(({ user, medium, outcome, description }) => [user, medium?.name, outcome, description]),
      [
        ["sato", "STICK", "success", null],
        ["sato", "STICK", "serious", "no room"],
      ],
    )
  })

  it("takes nothing of a study that was taken back, whatever became of it on the line", async () => {
    await send()
    const plan = await readyPlan(sides.edge, requestId)
    await plan.check()
    sides.line.fault = (kind) => (kind === "study" ? "cut" : null)
    await sides.settle(SETTLE_MS)
    await sides.edge.staff.recall(CLERK, requestId, "別の患者")
    const notAllowed = (error: unknown): boolean =>
      error instanceof DeskError && error.code === "ERR_NOT_ALLOWED"
    await assert.rejects(plan.check(), notAllowed, "not even by a plan that is older")
    assert.deepEqual(await kindsLeaving(), ["recall"], "as it may have arrived")
    sides.line.fault = () => null
    await sides.settle(5 * SETTLE_MS)
    assert.ok((await standing(sides.edge)).includes("out study verified"))
    assert.deepEqual(await kindsLeaving(), ["recall"], "as it has arrived")
  })

  it("says nothing of who sends: where that is demanded none is taken in and none is written, else it comes", async () => {
    await send({ ...PLAIN, xua: "send" })
    const root = await write(sides.edge, requestId)
    const agree = ({ world }: Gateway, xua: Agreement["xua"]): unknown =>
      Object.assign(world.agreements[0]!, { xua })
    agree(sides.center, "demand")
    await assert.rejects(
      readIn(sides.center, AT_CENTER.id, root),
      (error) =>
        error instanceof AcceptanceError &&
        error.registryCode === "XDSRepositoryError" &&
        error.codeContext.includes("an assertion of who sends"),
    )
    assert.deepEqual(await standing(sides.center), [])
    agree(sides.edge, "demand")
    await assert.rejects(planOf(sides.edge, requestId), { code: "ERR_NOT_ALLOWED", message: /xua: demand/ })
    agree(sides.center, "send")
    await readIn(sides.center, AT_CENTER.id, root)
    assert.deepEqual(await standing(sides.center), ["in study accepted"])
  })

  it("is followed by the notice of a recall, though nothing ever went over the line", async () => {
    await send()
    const root = await write(sides.edge, requestId)
    await sides.edge.staff.recall(CLERK, requestId, "別の患者")
    await readIn(sides.center, AT_CENTER.id, root)
    sides.line.fault = () => null
    await sides.settle(60 * SETTLE_MS)
    assert.ok((await standing(sides.center)).includes("in recall verified"))
    assert.deepEqual(await sides.center.ledger.studies(1), [], "and the centre has destroyed its copy")
  })

  it("whose recall is faster is refused that, and the same notice sent again takes it back once it was read in", async () => {
    await send()
    const root = await write(sides.edge, requestId)
    sides.line.fault = (kind) => (kind === "study" ? "unreachable" : null)
    await sides.edge.staff.recall(CLERK, requestId, "別の患者")
    await sides.settle(60 * SETTLE_MS)
    assert.ok((await standing(sides.edge)).includes("out recall failed"), String(await standing(sides.edge)))
    assert.deepEqual(await standing(sides.center), [])
    await readIn(sides.center, AT_CENTER.id, root)
    sides.line.fault = () => null
    await sides.edge.staff.retry(CLERK, requestId)
    await sides.settle(60 * SETTLE_MS)
    assert.ok((await standing(sides.center)).includes("in recall verified"))
    assert.deepEqual(await sides.center.ledger.studies(1), [])
  })

  it("is not made of what nobody knows, nor of what has no agreement in force", async () => {
    await send()
    const unknown = (error: unknown): boolean => error instanceof DeskError && error.code === "ERR_NOT_FOUND"
    await assert.rejects(planOf(sides.edge, "1.2.3"), unknown)
    await assert.rejects(planOf(sides.center, AT_CENTER.id), unknown)
  })
})
