import assert from "node:assert/strict"
import { CLERK, READER, openHarness, type Harness } from "./harness.ts"

describe("the technician's page over HTTP", () => {
  let harness: Harness
  beforeEach(async () => {
    harness = await openHarness("staff")
  })
  afterEach(() => harness.close())

  it("is for people of the hospital who are logged in", async () => {
    await assert.rejects(harness.client.get("/api/technician"), /ERR_LOGIN_NEEDED/)
    await harness.client.enrol(await harness.invite(CLERK))
    assert.deepEqual(await harness.client.get("/api/technician"), { lights: [] })
  })

  it("tests what it is asked to, six times a minute each", async () => {
    await harness.client.enrol(await harness.invite(CLERK))
    const echo = (aeTitle: string) => harness.client.post("/api/technician/echo", { aeTitle })
    for (let time = 0; time < 6; time += 1) await echo("CT1")
    await assert.rejects(echo("CT1"), /429|ERR_TOO_MANY_ATTEMPTS/)
    await echo("MR1")
    await harness.client.post("/api/technician/line", { agreement: "center" })
    harness.clock.pass(1)
    await echo("CT1")
    assert.deepEqual(
      harness.recorder.asked.map(([method, , about]) => `${String(method)} ${String(about)}`),
      [...Array<string>(6).fill("echo CT1"), "echo MR1", "reach center", "echo CT1"],
    )
  })

  it("takes no other body", async () => {
    await harness.client.enrol(await harness.invite(CLERK))
    await assert.rejects(
      harness.client.post("/api/technician/echo", { aeTitle: "CT1", host: "x" }),
      /ERR_INPUT/,
    )
  })
})

describe("the page of lines over HTTP", () => {
  it("is for readers who are logged in, and the hospital's desk has none", async () => {
    const [reading, staff] = [await openHarness("reading"), await openHarness("staff")]
    try {
      await assert.rejects(reading.client.get("/api/lines"), /ERR_LOGIN_NEEDED/)
      await reading.client.enrol(await reading.invite(READER))
      assert.deepEqual(await reading.client.get("/api/lines"), { lights: [] })
      await staff.client.enrol(await staff.invite(CLERK))
      await assert.rejects(staff.client.get("/api/lines"), /ERR_NOT_FOUND/)
    } finally {
      await Promise.all([reading.close(), staff.close()])
    }
  })
})
