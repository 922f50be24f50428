import assert from "node:assert/strict"
import type { DeskClient } from "../../../deploy/demo/desk-client.ts"
import { DeskError } from "../../../gateway/journey/errors.ts"
import type { DirectoryDesk } from "../../../gateway/journey/ports/directory.ts"
import type { Person } from "../../../gateway/journey/ports/person.ts"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import { CLERK, enrolled, openHarness, PNG, type Harness } from "./harness.ts"

const REQUEST = {
  requestNumber: "R-2026-0001",
  PatientID: "0012345",
  patientName: "山田 太郎",
  urgency: "STAT",
  agreement: "minato",
  StudyInstanceUID: "",
  AccessionNumber: "A1",
  request: {
    purpose: "結節の精査",
    diagnosis: "",
    history: "",
    department: "呼吸器内科",
    physician: "高橋",
    setting: "outpatient",
    contrast: "",
    telephone: "",
  },
  releaseWhenComplete: true,
}

describe("staff desk", () => {
  let desk: Harness
  let client: DeskClient
  beforeEach(async () => {
    desk = await openHarness("staff")
    client = await enrolled(desk, CLERK)
  })
  afterEach(() => desk.close())

  it("finds people in the directory where there is one, and says in the session that there is", async () => {
    await assert.rejects(client.post("/api/directory", { typed: "想定" }), { code: "ERR_NOT_FOUND" })
    const asked: string[] = []
    const directory: DirectoryDesk = {
      find: ({ name }, typed) => {
        asked.push(`${name} ${typed}`)
        return Promise.resolve({ people: [], readAt: null })
      },
    }
    const other = await openHarness("staff", { directory })
    try {
      const clerk = await enrolled(other, CLERK)
      assert.equal((await clerk.get<SessionView>("/api/session")).directory, true)
      const found = await clerk.post("/api/directory", { typed: "*)(uid=*" })
      assert.deepEqual([found, asked], [{ people: [], readAt: null }, [`${CLERK.name} *)(uid=*`]])
      await assert.rejects(clerk.post("/api/directory", { typed: "x".repeat(65) }), { code: "ERR_INPUT" })
      assert.doesNotMatch(other.log.join("\n"), /uid/)
    } finally {
      await other.close()
    }
  })

  it("lists, enters, shows, releases, sends again and acknowledges requests in the name of who is logged in", async () => {
    const list = await client.get("/api/requests")
    assert.deepEqual(list, { items: [], serverTime: "2026-04-01T00:00:00.000Z" })
    assert.deepEqual(await client.post("/api/requests", REQUEST), { requestId: "req-1" })
    await client.get("/api/requests/req-1")
    await client.post("/api/requests/req-1/consent", { policy: "1.2.3" })
    await assert.rejects(client.post("/api/requests/req-1/consent", { policy: "x" }), { faults: ["policy"] })
    await client.post("/api/requests/req-1/patient", { PatientID: "RHIO-77" })
    for (const PatientID of ["", "a^b", "a b"])
      await assert.rejects(client.post("/api/requests/req-1/patient", { PatientID }), {
        faults: ["PatientID"],
      })
    await client.post("/api/requests/req-1/release")
    await client.post("/api/requests/req-1/retry")
    await client.post("/api/requests/req-1/acknowledge", { reportIds: ["rep-1", "rep-2"] })
    await assert.rejects(client.post("/api/requests/req-1/acknowledge", {}), { faults: ["reportIds"] })
    assert.deepEqual(
      desk.recorder.asked.map(([method, person, ...rest]) => [method, (person as Person).login, ...rest]),
      [
        ["requests", "suzuki"],
        ["enter", "suzuki", REQUEST],
        ["request", "suzuki", "req-1"],
        ["consent", "suzuki", "req-1", "1.2.3"],
        ["identify", "suzuki", "req-1", "RHIO-77"],
        ["release", "suzuki", "req-1"],
        ["retry", "suzuki", "req-1"],
        ["acknowledge", "suzuki", "req-1", ["rep-1", "rep-2"]],
      ],
    )
  })

  it("takes what a person decides about images, always with a reason", async () => {
    const own = { what: "own-study", reason: "装置が番号を使い回した" }
    const same = { what: "same-patient", studyId: "s1", reason: "打ち間違い" }
    const choice = { choices: [{ SOPInstanceUID: "1.2.3", objectId: null }], reason: "どちらも失敗" }
    await client.get("/api/studies/q1")
    await client.post("/api/studies/q1/rule", own)
    await client.post("/api/studies/q1/rule", same)
    await client.post("/api/studies/q1/choose", choice)
    await client.post("/api/requests/req-1/bind", { studyId: "s1" })
    await client.post("/api/requests/req-1/recall", { reason: "別の患者" })
    assert.deepEqual(
      desk.recorder.asked.map(([method, , ...rest]) => [method, ...rest]),
      [
        ["study", "q1"],
        ["rule", "q1", own],
        ["rule", "q1", same],
        ["choose", "q1", choice],
        ["bind", "req-1", "s1"],
        ["recall", "req-1", "別の患者"],
      ],
    )
    for (const [path, body, faults] of [
      ["studies/q1/rule", { what: "own-study", reason: "" }, ["reason"]],
      ["studies/q1/rule", { what: "merge", reason: "x" }, ["what"]],
      ["studies/q1/choose", { choices: [], reason: "x" }, ["choices"]],
      ["requests/req-1/recall", {}, ["reason"]],
    ] as const)
      await assert.rejects(client.post(`/api/${path}`, body), { code: "ERR_INPUT", faults })
  })

  it("names every fault of a request", async () => {
    const { PatientID, ...rest } = REQUEST
    const body = {
      ...rest,
      urgency: "NOW",
      request: { ...REQUEST.request, setting: "home" },
      PatientId: PatientID,
    }
    await assert.rejects(client.post("/api/requests", body), {
      code: "ERR_INPUT",
      faults: ["PatientID", "urgency", "request.setting", "PatientId"],
    })
  })

  it("hands out the signed documents: the PDF to look at, the others to keep", async () => {
    for (const [kind, type, disposition] of [
      ["pdf", "application/pdf", 'inline; filename="report.pdf"'],
      ["cda", "application/xml", 'attachment; filename="report-cda.xml"'],
      ["signature", "application/xml", 'attachment; filename="report-signature.xml"'],
    ]) {
      const { headers, bytes } = await client.bytes(`/api/reports/1.2.3/${kind}`)
      assert.equal(headers["content-type"], type)
      assert.equal(headers["content-disposition"], disposition)
      assert.equal(headers["cache-control"], "no-store")
      assert.equal(bytes.toString(), kind)
    }
  })

  it("hands out the sheet of a preliminary report, by version", async () => {
    const { headers, bytes } = await client.bytes("/api/requests/req-1/preliminary/2/pdf")
    assert.equal(headers["content-disposition"], 'inline; filename="preliminary-report.pdf"')
    assert.deepEqual(desk.recorder.asked.at(-1)?.slice(2), ["req-1", 2])
    assert(bytes.length > 0)
    for (const version of ["0", "-1", "x", "1e3", "99999999"])
      await assert.rejects(client.bytes(`/api/requests/req-1/preliminary/${version}/pdf`), { status: 404 })
  })

  it("shows key images and the verification", async () => {
    assert.deepEqual((await client.bytes("/api/reports/1.2.3/key-images/0")).bytes, PNG)
    assert.deepEqual(await client.get("/api/reports/1.2.3/verification"), { signature: {}, seal: {} })
    await assert.rejects(client.get("/api/reports/1.2.3/key-images/-1"), { status: 404 })
    await assert.rejects(client.get("/api/reports/1.2.3/key-images/100"), { status: 404 })
  })

  it("says that there is no such report, or not for you", async () => {
    desk.recorder.fails.set("document", new DeskError("ERR_NOT_FOUND", "no such report"))
    await assert.rejects(client.bytes("/api/reports/9/pdf"), { status: 404, code: "ERR_NOT_FOUND" })
  })

  describe("for a machine", () => {
    // neither cookie nor Origin, as a hospital's system calls
    const call = async (method: string, path: string, token: string, body?: object): Promise<number> => {
      const headers = { Authorization: `Bearer ${token}`, Cookie: "", Origin: "", "X-Requested-By": "" }
      return (await client.exchange(method, path, body, headers)).status
    }

    it("takes and lists requests with a token", async () => {
      assert.equal(await call("POST", "/api/requests", "his-token", REQUEST), 200)
      assert.equal(await call("GET", "/api/requests", "his-token"), 200)
      assert.deepEqual(desk.recorder.asked[0]![1], {
        id: "machine:his",
        login: "his",
        name: "his",
        role: "system",
      })
    })

    it("does no more than its own token allows, and what it tried is an alert", async () => {
      assert.equal(await call("POST", "/api/requests", "ris-token", REQUEST), 200)
      assert.equal(await call("GET", "/api/requests", "ris-token"), 403)
      const { event, outcome, user, description } = desk.audits.at(-1)!
      assert.deepEqual([event, outcome, user], ["security-alert", "serious", "ris"])
      assert.match(description ?? "", /list-own/)
    })

    it("opens nothing else", async () => {
      assert.equal(await call("GET", "/api/requests/req-1", "his-token"), 401)
      assert.equal(await call("POST", "/api/requests/req-1/release", "his-token"), 403)
      assert.equal(await call("GET", "/api/reports/1.2.3/pdf", "his-token"), 401)
    })

    it("refuses and records another token, and stops guessing", async () => {
      assert.equal(await call("GET", "/api/requests", "guess"), 401)
      assert.equal(desk.audits.at(-1)?.event, "login-failed")
      const statuses = await Promise.all(
        Array.from({ length: 25 }, () => call("GET", "/api/requests", "guess")),
      )
      assert.equal(statuses.filter((status) => status === 429).length, 6)
      const alerts = desk.audits.filter(({ event }) => event === "security-alert")
      assert.equal(alerts.length, 1, "once, not once per guess")
      assert.match(alerts[0]!.description ?? "", /5 failed logins within 15 minutes/)
      assert.equal(await call("GET", "/api/requests", "his-token"), 200)
    })
  })
})
