import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { chronyTimeCheck } from "../../../gateway/actors/time-client/chrony.ts"
import { readTracking } from "../../../gateway/actors/time-client/tracking.ts"
import type { ClockReading } from "../../../gateway/journey/ports/time.ts"
import { Chrony, isChronyThere } from "../../peers/chrony.ts"

const unknown = { code: "ERR_CLOCK_UNKNOWN" }
/** Printed by chronyc 4.3. */
const RIGHT =
  "C0000201,192.0.2.1,2,1764111304.027000000,-0.000012000,0.000003000,0.000020000,-5.120,0.010,0.050,0.004000000,0.000310000,64.2,Normal\n"
const UNSET =
  "00000000,,0,0.000000000,0.000000000,0.0,0.0,-5.120,0.0,0.0,1.000000000,1.000000000,0.0,Not synchronised\n"

describe("what chronyc prints", () => {
  it("says how far the clock is off, and how far it may be", () => {
    const { offsetMs, boundMs, source, heardAt } = readTracking(RIGHT)
    assert.equal(offsetMs.toFixed(6), "-0.012000")
    assert.equal(boundMs.toFixed(6), (0.012 + 0.31 + 2).toFixed(6))
    assert.deepEqual([source, heardAt], ["192.0.2.1", "2025-11-25T22:55:04.027Z"])
  })

  it("makes no wrong clock right by a delay below zero", () => {
    for (const field of ["0.004000000", "0.000310000"])
      assert.ok(readTracking(RIGHT.replace(field, "-400")).boundMs >= 200_000)
  })

  it("says nothing of a clock that no source has set", () => {
    assert.throws(() => readTracking(UNSET), unknown)
  })

  it("is refused when it is something else", () => {
    const other = [
      "",
      "506 Cannot talk to daemon",
      RIGHT.replace("-0.000012000", "x"),
      RIGHT.replace(",2,", ","),
    ]
    for (const printed of [...other, RIGHT.replace("1764111304.027000000", "1e99")])
      assert.throws(() => readTracking(printed), unknown, printed)
  })
})

describe("what is no chronyc", function () {
  this.timeout(10_000)
  const asked = (script: string): Promise<ClockReading> =>
    chronyTimeCheck({ command: "/bin/sh", args: ["-c", script] }).read()

  it("is told of in one short line, whatever it prints", async () => {
    const endless = "printf '\\033[2J\\nforged line\\n'; yes 506 | head -c 1000000; exit 1"
    await assert.rejects(asked(endless), ({ code, message }: Error & { code?: unknown }) => {
      assert.equal(code, "ERR_CLOCK_UNKNOWN")
      assert.match(message, /^chronyd cannot be asked: \[2J forged line [\x20-\x7e]{1,110}$/)
      return true
    })
  })

  it("is ended when it does not end, also when it does not want to", async () => {
    await assert.rejects(asked("trap '' TERM; while :; do :; done"), { message: /chronyc does not end/ })
  })
})

describe("chrony as it is asked", function () {
  this.timeout(30_000)
  let chrony: Chrony
  before(async function () {
    if (!isChronyThere()) {
      console.log("      skipped: chrony is not installed, or we are not root")
      return this.skip()
    }
    chrony = await Chrony.open()
  })
  after(() => (isChronyThere() ? chrony.close() : undefined))

  async function reading(): Promise<ClockReading> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await chronyTimeCheck({ args: chrony.args }).read()
      } catch (error) {
        if (attempt === 200) throw error
        await sleep(50)
      }
    }
  }

  it("says that the clock is right, by whom and when", async () => {
    await chrony.follow(0)
    const { offsetMs, boundMs, source, heardAt } = await reading()
    assert.ok(Math.abs(offsetMs) < 500 && boundMs < 1_000, `${offsetMs} ${boundMs}`)
    assert.equal(source, "127.0.0.1")
    assert.ok(Math.abs(Date.now() - Date.parse(heardAt)) < 10_000)
  })

  it("says that the clock is three seconds off", async () => {
    await chrony.follow(3)
    const { offsetMs, boundMs } = await reading()
    assert.ok(Math.abs(Math.abs(offsetMs) - 3_000) < 500, String(offsetMs))
    assert.ok(boundMs >= 2_500)
  })

  it("is no use when it does not run, or is not there", async () => {
    await chrony.unfollow()
    await assert.rejects(chronyTimeCheck({ args: chrony.args }).read(), unknown)
    await assert.rejects(chronyTimeCheck({ command: "/nonexistent/chronyc" }).read(), (error: Error) => {
      assert.match(error.message, /not installed/)
      return true
    })
  })
})
