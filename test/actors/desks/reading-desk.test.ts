import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { brotliDecompressSync } from "node:zlib"
import { SoftwareAuthenticator } from "../../../deploy/demo/authenticator.ts"
import { DeskClient } from "../../../deploy/demo/desk-client.ts"
import { DeskError, ReportError, TimeStampError } from "../../../gateway/journey/errors.ts"
import type { PreparedReport } from "../../../gateway/journey/views/reading.ts"
import { CODESTREAM, enrolled, FRAME, openHarness, PDF, PIN, PNG, READER, type Harness } from "./harness.ts"

const DRAFT = {
  findings: "右下葉に結節影を認める。",
  impression: "肺結節",
  keyImages: [{ SOPInstanceUID: "1.2.3", frame: 1, windowCenter: -600, windowWidth: 1500 }],
  correctionReason: "",
}
type Passkey = Record<"challenge" | "rpId", string>

describe("reading desk", () => {
  let desk: Harness
  let client: DeskClient
  beforeEach(async () => {
    desk = await openHarness("reading")
    client = await enrolled(desk, READER)
  })
  afterEach(() => desk.close())

  describe("cases", () => {
    it("asks the port in the name of who is logged in", async () => {
      const list = await client.get<{ items: unknown[]; serverTime: string }>("/api/worklist")
      assert.deepEqual(list, { items: [], serverTime: "2026-04-01T00:00:00.000Z" })
      await client.get("/api/cases/req-1")
      await client.post("/api/cases/req-1/start")
      const saved = await client.put("/api/cases/req-1/draft", { draft: DRAFT, expectedVersion: 3 })
      assert.deepEqual(saved, { draftVersion: 4 })
      const correction = { what: "correction", reportId: "rep-1", reason: "左右の取り違え" }
      await client.post("/api/cases/req-1/amend", correction)
      const addendum = { what: "addendum", reportId: "rep-2", reason: "" }
      await client.post("/api/cases/req-1/amend", addendum)
      await client.post("/api/cases/req-1/retry")
      const [person] = desk.recorder.asked.map((call) => call[1])
      const loggedInAt = "2026-04-01T00:00:00.000Z"
      assert.deepEqual({ ...(person as object), id: "" }, { ...READER, id: "", loggedInAt })
      assert.deepEqual(
        desk.recorder.asked.map(([method, , ...rest]) => [method, ...rest]),
        [
          ["worklist"],
          ["reading", "req-1"],
          ["start", "req-1"],
          ["saveDraft", "req-1", DRAFT, 3],
          ["amend", "req-1", correction],
          ["amend", "req-1", addendum],
          ["retry", "req-1"],
        ],
      )
    })

    it("gives a paper that lies beside the study, by its place in the list and no other name", async () => {
      const paper = await client.bytes("/api/cases/req-1/papers/0")
      assert.deepEqual([paper.headers["content-type"], paper.bytes], ["application/pdf", PDF])
      assert.equal(paper.headers["x-content-type-options"], "nosniff")
      assert.deepEqual(desk.recorder.asked.at(-1)?.slice(2), ["req-1", 0])
      for (const index of ["-1", "00", "100", "x"])
        await assert.rejects(client.get(`/api/cases/req-1/papers/${index}`), { status: 404 })
    })

    it("says that another reader holds the case", async () => {
      desk.recorder.fails.set("start", new DeskError("ERR_LOCKED", "held by another reader"))
      await assert.rejects(client.post("/api/cases/req-1/start"), { status: 423, code: "ERR_LOCKED" })
    })

    it("wants a reason for a correction", async () => {
      const named = (what: string): object => ({ what, reportId: "", reason: "" })
      await assert.rejects(client.post("/api/cases/req-1/amend", named("correction")), {
        faults: ["reportId", "reason"],
      })
      await assert.rejects(client.post("/api/cases/req-1/amend", named("replacement")), { faults: ["what"] })
    })
  })

  describe("signing", () => {
    const prepare = (): Promise<PreparedReport> =>
      client.post("/api/cases/req-1/prepare", { expectedVersion: 3 })
    const assertion = (prepared: PreparedReport): { response: { signature: string } } =>
      desk.authenticator.get(prepared.passkey as Passkey, desk.desk.origin)
    const sign = (prepared: PreparedReport, response: object, pin = PIN): Promise<unknown> =>
      client.post(`/api/prepared/${prepared.prepareId}/sign`, { response, pin })
    const signings = (): unknown[][] => desk.recorder.asked.filter(([method]) => method === "sign")

    it("asks the passkey over the digest of the intent and never shows the intent", async () => {
      const prepared = await prepare()
      const passkey = prepared.passkey as Record<string, unknown>
      const intent = Buffer.from(`sign-intent-v1\n${prepared.prepareId}`)
      assert.equal(passkey.challenge, createHash("sha256").update(intent).digest("base64url"))
      assert.equal(passkey.userVerification, "required")
      assert.equal((passkey.allowCredentials as unknown[]).length, 1)
      assert.equal("intent" in prepared, false)
      const pdf = await client.bytes(`/api/prepared/${prepared.prepareId}/pdf`)
      assert.deepEqual([pdf.headers["content-type"], pdf.bytes], ["application/pdf", PDF])
      const sheet = await client.bytes(`/api/prepared/${prepared.prepareId}/sheet`)
      assert.deepEqual([sheet.headers["content-type"], sheet.bytes], ["image/png", PNG])
    })

    it("signs once, with the assertion as evidence", async () => {
      const prepared = await prepare()
      const response = assertion(prepared)
      assert.deepEqual(await sign(prepared, response), { reportId: "1.2.3", version: 1 })
      const [, , prepareId, pin, evidence] = signings()[0]!
      assert.deepEqual([prepareId, pin], [prepared.prepareId, PIN])
      assert.deepEqual(JSON.parse(Buffer.from(evidence as Uint8Array).toString()), response)
      await assert.rejects(sign(prepared, response), { status: 409, code: "ERR_SIGN_INTENT" })
      await assert.rejects(sign(prepared, assertion(prepared)), { code: "ERR_SIGN_INTENT" })
      assert.equal(signings().length, 1)
    })

    it("releases a preliminary report by the gesture alone, once, and no other's", async () => {
      const prepared = await client.post<PreparedReport>("/api/cases/req-1/prepare-preliminary", {
        expectedVersion: 3,
      })
      const path = `/api/prepared/${prepared.prepareId}/release`
      const response = assertion(prepared)
      await assert.rejects(client.post(path, { response, pin: PIN }), { code: "ERR_INPUT" })
      await assert.rejects(client.post(path, { response: assertion(await prepare()) }), {
        code: "ERR_SIGN_INTENT",
      })
      assert.deepEqual(await client.post(path, { response: assertion(prepared) }), {
        reportId: "1.2.3",
        version: 1,
      })
      await assert.rejects(client.post(path, { response: assertion(prepared) }), { code: "ERR_SIGN_INTENT" })
      const released = desk.recorder.asked.filter(([method]) => method === "release")
      assert.deepEqual(
        released.map(([, , prepareId]) => prepareId),
        [prepared.prepareId],
      )
    })

    it("is done by the client of the demo", async () => {
      const prepared = await prepare()
      assert.equal((await client.sign(prepared.prepareId, prepared.passkey, PIN)).reportId, "1.2.3")
    })

    it("refuses a device that did not verify its user", async () => {
      const prepared = await prepare()
      desk.authenticator.userVerified = false
      await assert.rejects(sign(prepared, assertion(prepared)), { code: "ERR_SIGN_INTENT" })
      assert.deepEqual(signings(), [])
    })

    it("refuses an answer to another preparation, to a login and from another origin", async () => {
      const [one, two] = [await prepare(), await prepare()]
      const login = await client.post<Passkey>("/api/login/options")
      for (const response of [
        assertion(two),
        desk.authenticator.get(login, desk.desk.origin),
        desk.authenticator.get(one.passkey as Passkey, "http://center.localhost:1"),
      ])
        await assert.rejects(sign(one, response), { status: 409, code: "ERR_SIGN_INTENT" })
      await sign(one, assertion(one))
    })

    it("refuses a preparation of another person, who can still use it", async () => {
      const prepared = await prepare()
      const other = { login: "tanaka", name: "田中 次郎", role: "radiologist" } as const
      const stranger = new DeskClient(desk.desk.origin, new SoftwareAuthenticator())
      await stranger.enrol(await desk.invite(other))
      const body = { response: assertion(prepared), pin: PIN }
      const path = `/api/prepared/${prepared.prepareId}/sign`
      await assert.rejects(stranger.post(path, body), { status: 409, code: "ERR_SIGN_INTENT" })
      await sign(prepared, assertion(prepared))
    })

    it("refuses a preparation that is unknown or too old", async () => {
      const prepared = await prepare()
      const response = assertion(prepared)
      await assert.rejects(sign({ ...prepared, prepareId: "prep-99" }, response), { code: "ERR_SIGN_INTENT" })
      desk.clock.pass(5)
      await assert.rejects(sign(prepared, response), { code: "ERR_SIGN_INTENT" })
    })

    it("can be tried again while the time-stamp authority is away, not after a refusal for good", async () => {
      const prepared = await prepare()
      const away = new TimeStampError("ERR_TIMESTAMP_UNAVAILABLE", "no answer")
      desk.recorder.fails.set("sign", away)
      await assert.rejects(sign(prepared, assertion(prepared)), { status: 503 })
      desk.recorder.fails.set("sign", new ReportError("ERR_SIGN_CERTIFICATE", "not a medical doctor"))
      await assert.rejects(sign(prepared, assertion(prepared)), { status: 422, code: "ERR_SIGN_CERTIFICATE" })
      await assert.rejects(sign(prepared, assertion(prepared)), { status: 409, code: "ERR_SIGN_INTENT" })
    })

    it("asks for a new gesture after a wrong PIN, and locks after five", async () => {
      const prepared = await prepare()
      const response = assertion(prepared)
      await assert.rejects(sign(prepared, response, "0000"), { status: 422, code: "ERR_KEY_PASSPHRASE" })
      await assert.rejects(sign(prepared, response), { code: "ERR_SIGN_INTENT" })
      for (let n = 0; n < 3; n++)
        await assert.rejects(sign(prepared, assertion(prepared), "0000"), { code: "ERR_KEY_PASSPHRASE" })
      await assert.rejects(sign(prepared, assertion(prepared)), { status: 429 })
      desk.clock.pass(15)
      await client.login()
      const again = await prepare()
      await sign(again, assertion(again))
    })
  })

  describe("DICOMweb", () => {
    const CASE = "case=2.25.7"
    const STUDY = "/dicomweb/studies/1.2.3"
    const NAMED = { requestId: "2.25.7", StudyInstanceUID: "1.2.3" }
    const INSTANCE = `${STUDY}/series/1.2.3.4/instances/1.2.3.4.5`

    it("gives metadata of a study and of a series as DICOM JSON, compressed on request", async () => {
      const whole = await client.bytes(`${STUDY}/metadata?${CASE}`)
      assert.equal(whole.headers["content-type"], "application/dicom+json")
      assert.deepEqual(JSON.parse(whole.bytes.toString()), [{ "00080018": { vr: "UI", Value: ["1.2.3"] } }])
      const series = await client.bytes(`${STUDY}/series/1.2.3.4/metadata?${CASE}`, {
        "Accept-Encoding": "gzip, br",
      })
      assert.equal(series.headers["content-encoding"], "br")
      assert.deepEqual(brotliDecompressSync(series.bytes), whole.bytes)
      assert.deepEqual(
        desk.recorder.asked.map(([, , ...rest]) => rest),
        [
          [NAMED, null],
          [NAMED, "1.2.3.4"],
        ],
      )
    })

    it("gives a frame alone, with its digest and the ends of its levels", async () => {
      const { status, headers, bytes } = await client.bytes(`${INSTANCE}/frames/2?${CASE}`, {
        Accept: "image/jphc",
      })
      assert.equal(status, 200)
      assert.equal(headers["content-type"], "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202")
      assert.equal(headers.etag, `"${FRAME.sha256}"`)
      assert.equal(headers["x-level-end-bytes"], "100,300,1000")
      assert.equal(headers["accept-ranges"], "bytes")
      assert.equal(headers["cache-control"], "no-store")
      assert.deepEqual(bytes, CODESTREAM)
      assert.deepEqual(desk.recorder.asked.at(-1)!.slice(2), [NAMED, "1.2.3.4.5", 2])
    })

    it("gives the bytes up to a level, then the rest of the same frame", async () => {
      const first = await client.bytes(`${INSTANCE}/frames/1?${CASE}`, { Range: "bytes=0-99" })
      assert.equal(first.status, 206)
      assert.equal(first.headers["content-range"], "bytes 0-99/1000")
      const rest = await client.bytes(`${INSTANCE}/frames/1?${CASE}`, {
        Range: "bytes=100-",
        "If-Range": String(first.headers.etag),
      })
      assert.deepEqual(Buffer.concat([first.bytes, rest.bytes]), CODESTREAM)
    })

    it("gives the whole of a frame that changed since", async () => {
      const range = { Range: "bytes=100-", "If-Range": '"another"' }
      const reply = await client.bytes(`${INSTANCE}/frames/1?${CASE}`, range)
      assert.deepEqual([reply.status, reply.bytes.length], [200, 1000])
    })

    it("refuses a range beyond the frame and tells its length", async () => {
      const range = { Range: "bytes=1000-2000" }
      const reply = await client.exchange("GET", `${INSTANCE}/frames/1?${CASE}`, undefined, range)
      assert.equal(reply.status, 416)
      assert.equal(reply.headers["content-range"], "bytes */1000")
    })

    it("gives a frame in a multipart to whoever asks in the standard's words", async () => {
      const accept = 'multipart/related; type="image/jphc"; transfer-syntax=1.2.840.10008.1.2.4.202'
      const { headers, bytes } = await client.bytes(`${INSTANCE}/frames/1?${CASE}`, { Accept: accept })
      const boundary = /boundary=(\S+)$/.exec(String(headers["content-type"]))?.[1]
      const head = `--${boundary}\r\nContent-Type: image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202\r\nContent-Length: 1000\r\n\r\n`
      assert.equal(bytes.subarray(0, head.length).toString(), head)
      assert.deepEqual(bytes.subarray(head.length, head.length + 1000), CODESTREAM)
      assert.equal(bytes.subarray(head.length + 1000).toString(), `\r\n--${boundary}--\r\n`)
    })

    it("refuses a coding the frame has not", async () => {
      await assert.rejects(client.bytes(`${INSTANCE}/frames/1?${CASE}`, { Accept: "image/jls" }), {
        status: 406,
        code: "ERR_NOT_ACCEPTABLE",
      })
    })

    it("gives a rendered frame through a window", async () => {
      const one = await client.bytes(`${INSTANCE}/rendered?${CASE}&window=40,400`)
      assert.deepEqual([one.headers["content-type"], one.bytes], ["image/png", PNG])
      await client.bytes(`${INSTANCE}/frames/3/rendered?${CASE}&window=-600.5,1500,linear`)
      await client.bytes(`${INSTANCE}/frames/3/rendered?${CASE}`)
      assert.deepEqual(
        desk.recorder.asked.map((call) => call.slice(4)),
        [
          [1, 40, 400],
          [3, -600.5, 1500],
          [3, null, null],
        ],
      )
    })

    it("wants to know for which case, and asks nobody without", async () => {
      for (const wrong of ["", "?case=", "?case=a/b", "?case=1&case=2"])
        for (const path of [`${STUDY}/metadata`, `${INSTANCE}/frames/1`, `${INSTANCE}/rendered`])
          await assert.rejects(client.bytes(`${path}${wrong}`), { status: 400, faults: ["case"] })
      assert.deepEqual(desk.recorder.asked, [])
    })

    it("refuses a window that is none", async () => {
      for (const window of ["", "40", "40,0", "a,b", "1,2,sigmoid", "40,", "1,Infinity", "1,2,linear,4"])
        await assert.rejects(client.bytes(`${INSTANCE}/rendered?${CASE}&window=${window}`), {
          status: 400,
          faults: ["window"],
        })
    })
  })
})
