/**
 * Our verdict beside those of xmlsec1 and openssl, on what is right and on what was bent. Whatever we accept they are asked about: no
 * input is accepted by us alone, but for the classes of classes.ts. Of what we refuse they are asked about a sample, for the table.
 */
import assert from "node:assert/strict"
import { after, before, describe, it } from "mocha"
import { randomFrom } from "../../peers/chance.ts"
import { CLASSES } from "./classes.ts"
import { type Family, families } from "./families.ts"
import { makeWorld, type World } from "../dsg/world.ts"

const LONG = process.env.DOKUEI_LONG === "1"
const MUTANTS = LONG ? 10_000 : 500
const SHORT_SEED = 7768
const REFUSED_ASKED = LONG ? 200 : 8

interface Bent {
  readonly input: Buffer
  readonly honest: Buffer
  readonly ours: string
}

describe("bent and judged", function () {
  this.timeout(LONG ? 3_600_000 : 120_000)
  // The same bends in every short run: what is new is found by the long one, and by nobody waiting for something else.
  const seed = Number(process.env.DOKUEI_SEED ?? (LONG ? Date.now() % 100_000 : SHORT_SEED))
  let world: World
  let all: readonly Family[]
  before(async () => {
    console.log(`      DOKUEI_SEED=${seed}`)
    world = await makeWorld()
    all = await families(world)
  })
  after(() => world.bench.remove())

  it("what is right is accepted by everybody", async () => {
    for (const family of all) {
      for (const sample of family.samples) assert.equal(await family.ours(sample), "", family.name)
      for (const [tool, judged] of Object.entries(family.theirs(family.samples)))
        assert.deepEqual(
          judged,
          family.samples.map(() => ""),
          tool,
        )
    }
  })

  for (const which of ["signatures", "envelopes", "time-stamp tokens", "certificates"])
    it(`${which}: none that we accept is refused by others, outside of the classes`, async () => {
      const family = all.find(({ name }) => name === which)!
      const bent = await bend(family, MUTANTS / 4)
      const accepted = bent.filter(({ ours }) => ours === "")
      const classes = new Map<string, number>()
      for (const [tool, judged] of Object.entries(family.theirs(accepted.map(({ input }) => input))))
        judged.forEach((judgement, i) => {
          if (judgement === "") return
          const found = classOf(family, tool, accepted[i]!)
          assert.ok(
            found !== null,
            `${tool} alone refuses, seed ${seed}: ${judgement}\n${accepted[i]!.input.toString("base64")}`,
          )
          classes.set(found, (classes.get(found) ?? 0) + 1)
        })
      tell(family, bent, accepted.length, classes)
    })

  async function bend(family: Family, count: number): Promise<Bent[]> {
    const dice = randomFrom(seed)
    const bent: Bent[] = []
    for (let n = 0; n < count; n++) {
      const honest = family.samples[n % family.samples.length]!
      let input = honest
      while (input.equals(honest)) input = family.bend(honest, dice)
      bent.push({ input, honest, ours: await family.ours(input) })
    }
    return bent
  }

  function classOf(family: Family, tool: string, { input, honest }: Bent): string | null {
    const found = CLASSES.filter(({ family: whose }) => whose === family.name).find((each) => {
      try {
        return family.theirs([each.mended(input, honest)])[tool]?.[0] === ""
      } catch {
        return false // what the class puts right does not stand there
      }
    })
    return found?.name ?? null
  }

  function tell(
    family: Family,
    bent: readonly Bent[],
    accepted: number,
    classes: ReadonlyMap<string, number>,
  ): void {
    const refused = bent.filter(({ ours }) => ours !== "")
    const step = Math.max(1, Math.floor(refused.length / REFUSED_ASKED))
    const asked = refused.filter((_each, i) => i % step === 0).slice(0, REFUSED_ASKED)
    console.log(`      ${family.name}: ${bent.length} bent, ${accepted} accepted by us`)
    for (const [name, times] of classes) console.log(`        refused by another alone: ${times}, ${name}`)
    for (const [tool, judged] of Object.entries(family.theirs(asked.map(({ input }) => input)))) {
      const theirs = asked.flatMap(({ ours }, i) => (judged[i] === "" ? [ours] : []))
      const reasons = [...new Set(theirs)].join(", ")
      console.log(
        `        of ${asked.length} that we refuse ${tool} accepts ${theirs.length}${reasons && ` (we: ${reasons})`}`,
      )
    }
  }
})
