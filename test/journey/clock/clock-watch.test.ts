import assert from "node:assert/strict"
import { ClockWatch } from "../../../gateway/journey/clock/clock-watch.ts"
import { datedKeys, datedPersonKeys } from "../../../gateway/journey/clock/dated.ts"
import { ClockError } from "../../../gateway/journey/errors.ts"
import type { KeyStore } from "../../../gateway/journey/ports/keys.ts"
import type { ClockReading } from "../../../gateway/journey/ports/time.ts"

const AT = new Date("2026-04-01T00:00:00.000Z")
const reading = (offsetMs: number, boundMs: number): ClockReading => ({
  offsetMs,
  boundMs,
  source: "192.0.2.1",
  heardAt: AT.toISOString(),
})

describe("the clock that signatures are dated by", () => {
  let said: ClockReading | ClockError
  let changes: (string | null)[]
  let watch: ClockWatch
  beforeEach(() => {
    said = reading(0.2, 10)
    changes = []
    watch = new ClockWatch({
      check: { read: () => (said instanceof ClockError ? Promise.reject(said) : Promise.resolve(said)) },
      clock: { now: () => AT },
      limitMs: 1_000,
      changed: (fault) => changes.push(fault?.code ?? null),
    })
  })
  const after = async (next: ClockReading | ClockError): Promise<string | null> => {
    said = next
    await watch.look()
    try {
      watch.hold()
      return null
    } catch (error) {
      assert.ok(error instanceof ClockError)
      return error.code
    }
  }

  it("is not trusted before anybody has looked", () => {
    assert.throws(() => watch.hold(), { code: "ERR_CLOCK_UNKNOWN" })
  })

  it("is good up to the limit and no further, also where it may be off only", async () => {
    assert.equal(await after(reading(-990, 1_000)), null)
    assert.equal(await after(reading(1, 1_001)), "ERR_CLOCK_OFF")
    assert.match(
      watch.view().detail,
      /0\.001 s off by 192\.0\.2\.1, and may be 1\.001 s off; the limit is 1 s/,
    )
  })

  it("recovers by itself, and tells of each change once", async () => {
    const gone = new ClockError("ERR_CLOCK_UNKNOWN", "chrony has no source that answers")
    for (const next of [reading(0, 1), gone, gone, reading(3_000, 3_001), reading(0, 1), reading(0, 1)])
      await after(next)
    assert.deepEqual(changes, ["ERR_CLOCK_UNKNOWN", null])
    assert.deepEqual([watch.view().failureCode, watch.view().failingSince], [null, null])
  })

  it("shows since when, and no numbers nobody vouches for", async () => {
    await after(new ClockError("ERR_CLOCK_UNKNOWN", "chronyc is not installed"))
    const { reading: none, failureCode, failingSince, detail } = watch.view()
    assert.deepEqual([none, failureCode, failingSince], [null, "ERR_CLOCK_UNKNOWN", AT.toISOString()])
    assert.equal(detail, "chronyc is not installed")
  })

  it("is asked of nobody where the configuration says so", async () => {
    const none = new ClockWatch({
      check: null,
      clock: { now: () => AT },
      limitMs: 1_000,
      changed: () => undefined,
    })
    await none.look()
    none.hold()
    assert.equal(none.view().check, "none")
  })

  it("keeps keys from signing, and from nothing else: what comes in is opened all the same", async () => {
    const used: string[] = []
    const use = (what: string) => () => {
      used.push(what)
      return Promise.resolve(new Uint8Array())
    }
    const keys: KeyStore = {
      decryptionKeys: () => [],
      chain: () => [],
      sign: use("sign"),
      agree: use("agree"),
      decryptOaep: use("decrypt"),
    }
    const needs = () => Promise.resolve("pin" as const)
    const persons = { chain: () => Promise.resolve([]), needs, sign: use("person") }
    const dated = datedKeys(keys, watch)
    const datedPersons = datedPersonKeys(persons, watch)
    const none = new Uint8Array()
    await after(reading(3_000, 3_000))
    await assert.rejects(dated.sign("seal", none), { code: "ERR_CLOCK_OFF" })
    await assert.rejects(datedPersons.sign("sato", "1234", none), { code: "ERR_CLOCK_OFF" })
    await dated.agree("object", none)
    await dated.decryptOaep("object", none)
    assert.deepEqual(used, ["agree", "decrypt"])
    await after(reading(0, 1))
    await dated.sign("seal", none)
    await datedPersons.sign("sato", "1234", none)
    assert.deepEqual(used, ["agree", "decrypt", "sign", "person"])
  })
})
