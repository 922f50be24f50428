/** A report is approved while the signing service that holds its reader's key is away: it is kept, and signed later. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { RemoteKeys } from "../../gateway/actors/signing-service/signing-service.ts"
import type { ReportRecord } from "../../gateway/journey/records/report.ts"
import { documentOf } from "../../gateway/journey/submit/report-documents.ts"
import type { SigningView } from "../../gateway/journey/views/reading.ts"
import { CLIENT, CscService, REMOTE_PIN } from "../peers/csc-service.ts"
import { personKeys } from "../../gateway/storage/keys/person-keys.ts"
import { certificates, PIN } from "./certificates.ts"
import { CLERK, DRAFT, enter, READER, requestFor, storeAll, study } from "./people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "./world.ts"

const HOUR_MS = 60 * MINUTE_MS
const ASSERTION = new TextEncoder().encode('{"id":"credential"}')
const IMAGES = study("P1", 2)

describe("a report that is approved while its reader's signing service is away", function () {
  this.timeout(60_000)
  let service: CscService
  let keys: RemoteKeys
  let sides: TwoSides
  let requestId: string

  before(async () => {
    const { reader } = await certificates()
    const [leaf = new Uint8Array(), ...issuers] = reader.chain
    const base64 = (der: Uint8Array): string => Buffer.from(der).toString("base64")
    service = new CscService()
    await service.open()
    service.holders.set("second", {
      keyPem: String(reader.key.privateKey.export({ type: "pkcs8", format: "pem" })),
      certificate: base64(leaf),
      issuers: issuers.map(base64),
    })
  })
  after(() => service.close())
  beforeEach(async () => {
    Object.assign(service, { trouble: "none", authMode: "explicit" })
    sides = await TwoSides.open()
    // What is in its memory alone is gone with the process.
    sides.center.personKeys = () => {
      keys = new RemoteKeys({
        ...CLIENT,
        url: service.url,
        trustedPem: service.caPem,
        timeoutMs: 2_000,
        redirectUri: "https://center.example.jp/",
        clock: sides.time,
        chance: { bytes: (length) => randomBytes(length) },
      })
      return keys
    }
    await restart()
    requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, { ...IMAGES, instances: IMAGES.instances.slice(0, 1) })
    await sides.settle()
    await logIn()
  })
  afterEach(async () => {
    sides.close()
    if (!isThere) await back()
  })

  let isThere = true
  const leaves = async (): Promise<void> => {
    isThere = false
    await service.close()
  }
  const back = async (): Promise<void> => {
    isThere = true
    await service.open()
  }
  const restart = async (): Promise<void> => {
    sides.center.close()
    await sides.center.open()
  }
  async function logIn(): Promise<void> {
    const { url } = await keys.begin(READER)
    await keys.finish(READER, service.visit(url))
  }
  const report = async (): Promise<ReportRecord> =>
    (await sides.center.ledger.reportsOfRequest(requestId))[0]!
  const signing = async (): Promise<SigningView | null> =>
    (await sides.center.reading.reading(READER, requestId)).signing
  const told = async (): Promise<(string | null)[][]> => {
    const [item] = await sides.center.reading.worklist(READER)
    return (item?.notices ?? []).map(({ code, reason }) => [code, reason])
  }
  const home = async (): Promise<string | null> => (await sides.edge.staff.request(CLERK, requestId)).verdict
  const auditKeys = async (): Promise<string[]> => (await sides.center.audited()).map(({ key }) => key)
  const left = async (): Promise<string[]> =>
    (await sides.center.ledger.submissionsOf({ requestId })).flatMap(({ kind, direction }) =>
      direction === "out" && kind !== "receipt" ? [kind] : [],
    )

  async function freeze(): Promise<string> {
    const { reading } = sides.center
    const { draft } = await reading.start(READER, requestId)
    const { draftVersion } = await reading.saveDraft(READER, requestId, DRAFT, draft!.draftVersion)
    return (await reading.prepare(READER, requestId, draftVersion)).prepareId
  }
  async function approve(): Promise<ReportRecord> {
    const prepareId = await freeze()
    await leaves()
    const answer = await sides.center.reading.sign(READER, prepareId, REMOTE_PIN, ASSERTION)
    assert.deepEqual(answer.awaitsSignature, true)
    return report()
  }

  it("is kept frozen and approved; its reader is told, and nothing of it leaves", async () => {
    const approved = await approve()
    await sides.settle()
    assert.deepEqual([approved.status, approved.signedAt], ["draft", null])
    assert.deepEqual(Buffer.from(approved.private.assertion, "base64"), Buffer.from(ASSERTION))
    assert.deepEqual(await left(), [])
    assert.equal(await home(), null)
    assert.deepEqual(await told(), [["signature-pending", null]])
    const shown = await signing()
    assert.deepEqual(shown?.awaits, {
      what: "service",
      prepareId: approved.prepareId,
      pdfSha256: documentOf(approved, "pdf").sha256,
    })
    assert.deepEqual(shown.steps.map(({ step, state }) => `${step} ${state}`).slice(0, 4), [
      "frozen done",
      "identity done",
      "hpki now",
      "time-stamp todo",
    ])
    assert((await sides.center.reading.preparedPdf(READER, approved.prepareId!)).length > 0)
    assert((await auditKeys()).includes(`approved/${approved.id}/${approved.prepareId}`))
  })

  it("is signed by itself once the service is back, where that asks its holder elsewhere", async () => {
    service.authMode = "implicit"
    await logIn()
    const approved = await approve()
    await sides.settle()
    await back()
    await sides.settle()
    assert.equal(await home(), "valid")
    const signed = await report()
    assert.equal(signed.status, "final")
    const frozen = (each: ReportRecord): unknown =>
      each.private.documents.filter(({ role }) => role !== "signature")
    assert.deepEqual(frozen(signed), frozen(approved), "what was approved is what was signed")
    assert(signed.signedAt! > approved.approved!.at, "signed when it was signed")
    assert.deepEqual(await told(), [])
    assert.equal((await signing())?.awaits, undefined)
  })

  it("waits for its reader where the service wants a PIN, and is signed with it: once, and with no other passkey", async () => {
    await approve()
    await sides.settle()
    await back()
    await sides.settle()
    assert.deepEqual([await told(), await left()], [[["signature-asked", null]], []])
    assert.equal((await signing())?.awaits?.what, "pin")
    const { reading } = sides.center
    await assert.rejects(reading.signApproved(READER, requestId, "999999"), { code: "ERR_KEY_PASSPHRASE" })
    assert.equal((await reading.signApproved(READER, requestId, REMOTE_PIN)).awaitsSignature, undefined)
    await assert.rejects(reading.signApproved(READER, requestId, REMOTE_PIN), { code: "ERR_NOT_FOUND" })
    await sides.settle()
    assert.equal(await home(), "valid")
    assert.deepEqual(await left(), ["report"])
    assert((await auditKeys()).includes(`signed/${(await report()).id}`))
  })

  it("outlasts the end of the process, after which its reader logs in at the service anew", async () => {
    service.authMode = "implicit"
    await logIn()
    await approve()
    await restart()
    await sides.settle()
    assert.equal((await signing())?.awaits?.what, "service")
    await back()
    await sides.settle()
    assert.equal((await signing())?.awaits?.what, "login")
    assert.deepEqual(await told(), [["signature-asked", null]])
    await assert.rejects(sides.center.reading.signApproved(READER, requestId, ""), { code: "ERR_KEY_LOGIN" })
    await logIn()
    await sides.settle()
    assert.equal(await home(), "valid")
  })

  it("is tried again less and less often, is late after a day, and the service may go away again", async () => {
    await approve()
    await sides.settle(HOUR_MS)
    const [job] = (await sides.center.ledger.jobsOf((await report()).id)).filter(
      ({ verb }) => verb === "sign",
    )
    assert.equal(job?.failureCode, "ERR_KEY_SERVICE")
    assert(job.attempts > 5 && job.attempts < 60, String(job.attempts))
    await back()
    await sides.settle()
    assert.deepEqual(await told(), [["signature-asked", null]])
    await leaves()
    await sides.settle()
    assert.deepEqual(await told(), [["signature-pending", null]])
    assert.equal((await sides.center.reading.signApproved(READER, requestId, "1")).awaitsSignature, true)
    sides.time.pass(DAY_MS)
    assert.deepEqual(await told(), [["signature-late", null]])
  })

  it("asks its reader when the service answers and nobody has consented there, and goes on asking nobody's smartphone", async () => {
    service.authMode = "implicit"
    await logIn()
    await approve()
    service.trouble = "no-consent"
    await back()
    await sides.settle()
    assert.equal((await signing())?.awaits?.what, "consent")
    const asked = (): number => service.asked.filter((path) => path === "credentials/authorize").length
    const before = asked()
    await sides.settle(20 * MINUTE_MS)
    assert.equal(asked(), before)
    service.trouble = "none"
    await sides.center.reading.signApproved(READER, requestId, "")
    await sides.settle()
    assert.equal(await home(), "valid")
  })

  it("is its reader's turn by the card when they have moved to one since, and nobody is asked by itself", async () => {
    service.authMode = "implicit"
    await logIn()
    await approve()
    const card = personKeys(join((await certificates()).folder, "readers"))
    sides.center.personKeys = () => ({
      chain: (login) => card.chain(login),
      needs: () => Promise.resolve("card"),
      // Whoever carries the question to the card and back; what is typed is typed there.
      sign: (login, pin, bytes) => (pin === "" ? card.sign(login, PIN, bytes) : assert.fail("a PIN came")),
    })
    await restart()
    await sides.settle()
    assert.equal((await signing())?.awaits?.what, "card")
    assert.deepEqual([await told(), await left()], [[["signature-asked", null]], []])
    await sides.center.reading.signApproved(READER, requestId, "")
    await sides.settle()
    assert.equal(await home(), "valid")
  })

  it("is not signed over images that came since: its reader takes it back, looks and signs anew", async () => {
    service.authMode = "implicit"
    await logIn()
    await approve()
    await storeAll(sides.edge, IMAGES)
    await sides.settle()
    await back()
    await sides.settle()
    assert.deepEqual(
      (await told()).filter(([code]) => code?.startsWith("signature")),
      [["signature-stopped", "ERR_SIGN_IMAGES"]],
    )
    const { reading } = sides.center
    await assert.rejects(reading.signApproved(READER, requestId, ""), { code: "ERR_SIGN_IMAGES" })
    assert.deepEqual(await left(), [])
    const { draft, signing: none } = await reading.takeBack(READER, requestId)
    assert.equal(none?.awaits, undefined)
    const { prepareId } = await reading.prepare(READER, requestId, draft!.draftVersion)
    await reading.sign(READER, prepareId, "x", ASSERTION)
    await sides.settle()
    assert.equal(await home(), "valid")
  })

  it("is written on only when it was taken back, by the reader whose it is", async () => {
    const approved = await approve()
    const { reading } = sides.center
    const state = { code: "ERR_REPORT_STATE" }
    await assert.rejects(reading.saveDraft(READER, requestId, DRAFT, approved.draftVersion), state)
    await assert.rejects(reading.prepare(READER, requestId, approved.draftVersion), state)
    const other = { ...READER, id: "p-other" }
    await assert.rejects(reading.takeBack(other, requestId), { code: "ERR_LOCKED" })
    await assert.rejects(reading.signApproved(other, requestId, "1"), { code: "ERR_LOCKED" })
    await assert.rejects(reading.sign(READER, approved.prepareId!, "1", ASSERTION), {
      code: "ERR_SIGN_INTENT",
    })
    await reading.takeBack(READER, requestId)
    await assert.rejects(reading.takeBack(READER, requestId), state)
    assert.deepEqual((await report()).private.documents, [])
    await reading.saveDraft(READER, requestId, { ...DRAFT, findings: "改めて" }, approved.draftVersion)
    await sides.settle()
    assert.deepEqual(await told(), [])
  })

  it("is not signed once the hospital has taken its images back", async () => {
    service.authMode = "implicit"
    await logIn()
    await approve()
    await sides.edge.staff.recall(CLERK, requestId, "別の患者")
    await sides.settle(MINUTE_MS)
    await back()
    await sides.settle()
    const { status, approved, private: kept } = await report()
    assert.deepEqual([status, approved, kept.documents], ["draft", null, []])
    assert(!(await left()).includes("report"))
  })

  it("is told as before when the service answers wrongly: that is no outage", async () => {
    const prepareId = await freeze()
    service.trouble = "another-signature"
    await assert.rejects(sides.center.reading.sign(READER, prepareId, REMOTE_PIN, ASSERTION), {
      code: "ERR_KEY_SERVICE",
    })
    assert.equal((await report()).approved ?? null, null)
    service.trouble = "none"
    await sides.center.reading.sign(READER, prepareId, REMOTE_PIN, ASSERTION)
    await sides.settle()
    assert.equal(await home(), "valid")
  })
})
