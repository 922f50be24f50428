import { Fuse, type Mishap } from "./fuse.ts"
import { checkAttempts, walkLoop } from "./loop.ts"
import { study } from "./people.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const AGREEMENT = { retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * 86_400_000 } }
const IMAGES = study("P1", 2)
/** Three units of one image each, and what closes them. */
const IN_UNITS = { images: study("P1", 3), unitBytes: 1 }

/** All n in the long suite; otherwise every STRIDE-th from a start that the seed decides. */
const STRIDE = process.env.DOKUEI_LONG === undefined ? 9 : 1
const SEED = Number(process.env.DOKUEI_SEED ?? Date.now() % 1000)

async function loopWith(fuse: Fuse, inUnits: boolean): Promise<void> {
  const sides = await TwoSides.open({
    fuse,
    agreement: AGREEMENT,
    ...(inUnits ? { unitBytes: IN_UNITS.unitBytes } : {}),
  })
  try {
    await (inUnits ? walkLoop(sides, IN_UNITS.images, 1) : walkLoop(sides, IMAGES))
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new Error(`after ${fuse.hit ?? "nothing"}: ${said}`, { cause: error })
  } finally {
    sides.close()
  }
}

describe("a study's whole loop", function () {
  this.timeout(process.env.DOKUEI_LONG === undefined ? 180_000 : 1_800_000)

  it("goes there and back, and ends with the certificate", async () => {
    const sides = await TwoSides.open({ agreement: AGREEMENT })
    try {
      await walkLoop(sides, IMAGES)
      checkAttempts(sides)
    } finally {
      sides.close()
    }
  })

  it("is the same for a study that leaves in units", () => loopWith(new Fuse("crash", 0), true))

  const tried = (["crash", "ledger-fails", "disk-fails"] as const satisfies readonly Mishap[]).flatMap(
    (mishap) => [false, true].map((inUnits) => ({ mishap, inUnits })),
  )
  for (const { mishap, inUnits } of tried)
    it(`loses nothing acknowledged and does nothing twice${inUnits ? " in units" : ""}: ${mishap} at the n-th operation`, async () => {
      const counting = new Fuse(mishap, 0)
      await loopWith(counting, inUnits)
      const failed: string[] = []
      // Much of the way is the same for both.
      const stride = inUnits && STRIDE > 1 ? 3 * STRIDE : STRIDE
      const first = 1 + (SEED % stride)
      console.log(`      ${counting.count} operations, every ${stride}. from ${first} (DOKUEI_SEED=${SEED})`)
      for (let at = first; at <= counting.count; at += stride) {
        try {
          await loopWith(new Fuse(mishap, at), inUnits)
        } catch (error) {
          failed.push(`${at} ${(error as Error).message.split("\n").slice(0, 12).join(" | ")}`)
        }
      }
      if (failed.length > 0) throw new Error(`${failed.length} failed\n${failed.join("\n")}`)
    })
})
