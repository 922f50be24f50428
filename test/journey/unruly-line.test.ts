import assert from "node:assert/strict"
import { FATES, type Fate } from "../peers/unruly-relay.ts"
import { randomFrom } from "../peers/chance.ts"
import { checkSpools, walkLoop } from "./loop.ts"
import { study } from "./people.ts"
import { Wire } from "./wire.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const LONG = process.env.DOKUEI_LONG === "1"
const ROUNDS = LONG ? 60 : 4
const SEED = Number(process.env.DOKUEI_SEED ?? Date.now() % 100_000)
/** What a message may suffer in a row. */
const MAX_TROUBLES = 4
const AGREEMENT = { retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * DAY_MS } }

/** A line that treats the first attempts of each message so. */
const lineOf = (fate: (again: number) => Fate, holdsLate = false): Wire =>
  new Wire((_contentType, again) => (again < MAX_TROUBLES ? fate(again) : "pass"), holdsLate)

/** A study's whole loop over mutual TLS, in units or whole, with whatever the relay does to its messages. */
async function walkOver(
  wire: Wire,
  inUnits: boolean,
  atItsEnd: (sides: TwoSides) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const sides = await TwoSides.open({
    agreement: AGREEMENT,
    between: wire,
    ...(inUnits ? { unitBytes: 1 } : {}),
  })
  const settle = sides.settle.bind(sides)
  sides.settle = async (forMs) => {
    do await settle(forMs)
    while (await wire.comeToRest())
  }
  try {
    await walkLoop(sides, study("P1", inUnits ? 3 : 2), inUnits ? 1 : 0, "receipts")
    await atItsEnd(sides)
  } finally {
    sides.close()
    await wire.close()
  }
}

const statusOf = (answer: Buffer): string =>
  [...answer.toString().matchAll(/ResponseStatusType:(\w+)|errorCode="(\w+)"/g)]
    .map(([, status, code]) => status ?? code)
    .join(" ")

/** Every attempt of a message is the same octets, but for the value of wsa:MessageID. */
function sameOctets({ relays }: Wire): void {
  const withoutId = (body: Buffer): string =>
    body.toString("latin1").replace(/<wsa:MessageID>[^<]*</, "<wsa:MessageID><")
  for (const { letters } of relays)
    for (const attempts of letters.values())
      assert.equal(new Set(attempts.map(({ body }) => withoutId(body))).size, 1)
}

describe("a line that loses, doubles, breaks off and delays", function () {
  this.timeout(LONG ? 1_800_000 : 120_000)

  for (const fate of FATES.filter((each) => each !== "pass"))
    it(`does to everything once what it does: ${fate}; each submission takes effect once`, async () => {
      const wire = lineOf((again) => (again === 0 ? fate : "pass"))
      await walkOver(wire, false)
      const met = wire.relays.flatMap(({ fates }) => fates)
      assert.ok(met.filter((each) => each === fate).length >= 6, met.join(" "))
      assert.deepEqual(wire.faults, [])
      sameOctets(wire)
    })

  it("delivers copies of everything when all has been done and erased: nothing of it comes back", async () => {
    const wire = lineOf((again) => (again === 0 ? "late" : "pass"), true)
    await walkOver(wire, true, async (sides) => {
      for (const relay of wire.relays) relay.holdsLate = false
      await sides.settle(DAY_MS)
      for (const gateway of [sides.edge, sides.center]) assert.deepEqual(await gateway.ledger.studies(10), [])
      await checkSpools(sides)
    })
    const told = wire.relays.flatMap(({ belated }) => belated.map(({ body }) => statusOf(body)))
    assert.ok(told.length >= 6)
    assert.deepEqual([...new Set(told)], ["Success"], "they are known")
    assert.deepEqual(wire.faults, [])
  })

  it(`does whatever it likes, ${ROUNDS} times; each submission takes effect once`, async () => {
    console.log(`      DOKUEI_SEED=${SEED}`)
    const met: Fate[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const next = randomFrom(SEED + round)
      const fate = (): Fate => FATES[Math.floor(next() * FATES.length)] ?? "pass"
      const wire = lineOf(fate)
      await walkOver(wire, round % 2 === 1)
      sameOctets(wire)
      assert.deepEqual(wire.faults, [])
      met.push(...wire.relays.flatMap(({ fates }) => fates))
    }
    const counts = FATES.map((fate) => `${fate} ${met.filter((each) => each === fate).length}`)
    console.log(`      ${counts.join(", ")}`)
  })
})
