/** A hospital's clock is three seconds off: what it receives is kept, nothing is signed until the clock is right, and then all of it goes. */
import assert from "node:assert/strict"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { staffItems } from "../../deploy/demo/hospital.ts"
import { until } from "../../deploy/demo/walk.ts"
import { Chrony, isChronyThere } from "../peers/chrony.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { auditMessages } from "./audit-messages.ts"
import { Road } from "./road.ts"

describe("a hospital whose clock is off", function () {
  this.timeout(180_000)
  let road: Road
  let chrony: Chrony
  let bin: string
  const { PATH } = process.env

  before(async function () {
    if (!isChronyThere()) {
      console.log("      skipped: chrony is not installed, or we are not root")
      return this.skip()
    }
    chrony = await Chrony.open()
    await chrony.follow(3)
    // As the service finds it: by its name.
    bin = mkdtempSync(join(tmpdir(), "dokuei-chronyc-"))
    writeFileSync(join(bin, "chronyc"), `#!/bin/sh\nexec /usr/bin/chronyc ${chrony.args.join(" ")} "$@"\n`)
    chmodSync(join(bin, "chronyc"), 0o755)
    process.env.PATH = `${bin}:${PATH ?? ""}`
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: ["center"] })
    road.configure("edge", (config) => {
      config.time = { check: "chrony" }
    })
    await road.start("edge")
  })
  after(async () => {
    if (!isChronyThere()) return
    process.env.PATH = PATH
    await road.close()
    await chrony.close()
    rmSync(bin, { recursive: true })
  })

  const health = async (): Promise<{ status: number; clock: string }> => {
    const answer = await fetch(`http://127.0.0.1:${road.site.ports.edgeHealth}/healthz`)
    const { checks } = (await answer.json()) as {
      checks: { name: string; state: string; sentence: string }[]
    }
    const clock = checks.find(({ name }) => name === "clock")
    return { status: answer.status, clock: `${clock?.state ?? ""}: ${clock?.sentence ?? ""}` }
  }

  it("receives, signs nothing and says why; and goes on by itself once the clock is right", async () => {
    await until("chrony knows", async () => ((await health()).clock.includes("limit is 1 s") ? true : null))
    const { status, clock } = await health()
    assert.equal(status, 200, "in service")
    assert.match(clock, /^warn: nothing is signed: the clock is -?[23]\.\d+ s off by 127\.0\.0\.1/)
    const study = writeStudy(join(road.site.dir, "OFF"), { ...ANNEX_H[0]!, PatientID: "OFF", slices: 3 })
    const requestId = await road.send(study)
    await until("packaging was tried and refused", async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${road.site.ports.edgeHealth}/metrics`)).text()
      return /dokuei_job_failures_total\{verb="package",code="ERR_CLOCK_OFF"\} \d/.test(metrics) ? true : null
    })
    const way = (await staffItems(road.site)).find((each) => each.requestId === requestId)?.way ?? []
    assert.equal(
      way.some(({ name, state }) => name === "sent" && state === "done"),
      false,
    )
    assert.equal(
      way.some(({ state }) => state === "fail"),
      false,
      "it waits, it has not failed",
    )
    await chrony.follow(0)
    await road.reached(requestId, "arrived")
    assert.match((await health()).clock, /^ok: -?0\.\d ms off by 127\.0\.0\.1/)
    const alerts = auditMessages(road, "edge").filter((each) => each.includes(`ParticipantObjectID="clock"`))
    assert.equal(alerts.length >= 2, true)
  })
})
