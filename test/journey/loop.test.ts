import { Fuse, type Mishap } from "./fuse.ts"
import { checkAttempts, walkLoop } from "./loop.ts"
import { study } from "./people.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const AGREEMENT = { retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * 86_400_000 } }
const IMAGES = study("P1", 2)

async function loopWith(fuse: Fuse): Promise<void> {
  const sides = await TwoSides.open({ fuse, agreement: AGREEMENT })
  try {
    await walkLoop(sides, IMAGES)
  } catch (error) {
    console.log([...sides.edge.failures, ...sides.center.failures].slice(-6))
    throw new Error(
      `after ${fuse.hit ?? "nothing"}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  } finally {
    sides.close()
  }
}

describe("a study's whole loop", function () {
  this.timeout(120_000)

  it("goes there and back, and ends with the certificate", async () => {
    const sides = await TwoSides.open({ agreement: AGREEMENT })
    try {
      await walkLoop(sides, IMAGES)
      checkAttempts(sides)
    } finally {
      sides.close()
    }
  })

  for (const mishap of ["crash", "ledger-fails", "disk-fails"] as const satisfies readonly Mishap[])
    it(`loses nothing acknowledged and does nothing twice: ${mishap} at the n-th operation, for every n`, async () => {
      const counting = new Fuse(mishap, 0)
      await loopWith(counting)
      const failed: string[] = []
      const from = Number(process.env.FROM ?? 1),
        to = Number(process.env.TO ?? counting.count)
      console.log(mishap, counting.count)
      const t = performance.now()
      for (let at = from; at <= to; at++) {
        try {
          await loopWith(new Fuse(mishap, at))
        } catch (error) {
          failed.push(`${at} ${(error as Error).message.split("\n").slice(0, 12).join(" | ")}`)
        }
      }
      console.log((performance.now() - t) / 1000, "s")
      if (failed.length > 0) throw new Error(`${failed.length} of ${to - from + 1}\n${failed.join("\n")}`)
    })
})
