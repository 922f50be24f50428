/**
 * Whatever goes wrong at the n-th operation between the first image and the centre's verified receipt, each image is
 * recoded once, bound to its original, and nothing half done is left. The long suite takes every n.
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { HTJ2K_LOSSLESS_RPCL } from "../../gateway/standards/dicom/recode/recoding.ts"
import { Fuse, type Mishap } from "./fuse.ts"
import type { Gateway } from "./gateway.ts"
import { enter, requestFor, storeAll, study } from "./people.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const AGREEMENT = {
  retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * 86_400_000 },
  recoding: "htj2k",
} as const
const IMAGES = study("P1", 3)
const PATIENCE_MS = 3 * 60 * 60 * 1000
/** Every n-th operation unless the long suite runs. */
const STRIDE = process.env.DOKUEI_LONG === undefined ? 11 : 1

/** @returns how many operations it takes to open the two sides: before them there is nothing to lose */
async function sent(fuse: Fuse): Promise<number> {
  const sides = await TwoSides.open({ fuse, agreement: AGREEMENT })
  const opening = fuse.count
  try {
    await enter(sides.edge, requestFor(IMAGES.PatientID, "R-1"))
    await storeAll(sides.edge, IMAGES)
    await sides.settle(PATIENCE_MS)
    await check(sides)
    return opening
  } finally {
    sides.close()
  }
}

async function check({ edge, center }: TwoSides): Promise<void> {
  for (const gateway of [edge, center]) if (gateway.isDead) await gateway.open()
  const wanted = IMAGES.instances
    .map(({ dataSet }) => createHash("sha256").update(dataSet).digest("hex"))
    .sort()
  const [mine, theirs] = [await instancesOf(edge), await instancesOf(center)]
  assert.deepEqual(
    mine.map(({ sha256DataSet }) => sha256DataSet).sort(),
    wanted,
    "received files are what they were",
  )
  assert.ok(
    mine.every(({ recoding }) => recoding?.kind === "recoded"),
    "each image is recoded",
  )
  assert.deepEqual(
    theirs.map(({ original }) => original?.sha256DataSet ?? "").sort(),
    wanted,
    "each is bound",
  )
  const travelled = mine.map(({ recoding }) => (recoding?.kind === "recoded" ? recoding.sha256 : "")).sort()
  assert.deepEqual(theirs.map(({ sha256 }) => sha256).sort(), travelled)
  const [record] = await edge.ledger.studiesByUid(IMAGES.StudyInstanceUID)
  assert.equal(record?.state, "closed", "the centre verified it")
  // Opened once more, so that what a crash left is rolled forward; a disk that fails just then is tried again.
  await edge.open().catch(() => edge.open())
  let objects = 0
  for await (const { facts } of edge.spool.scan())
    if (facts.meta.TransferSyntaxUID === HTJ2K_LOSSLESS_RPCL) objects += 1
  assert.equal(objects, IMAGES.instances.length, "no recoded object that no row names")
}

async function instancesOf(gateway: Gateway) {
  const [record] = await gateway.ledger.studiesByUid(IMAGES.StudyInstanceUID)
  assert.ok(record)
  return gateway.ledger.instances(record.id)
}

describe("recoding when something goes wrong", function () {
  this.timeout(600_000)

  for (const mishap of ["crash", "ledger-fails", "disk-fails"] as const satisfies readonly Mishap[])
    it(`recodes each image once, and leaves nothing half done: ${mishap} at the n-th operation`, async () => {
      const counting = new Fuse(mishap, 0)
      const opening = await sent(counting)
      const failed: string[] = []
      for (let at = opening + 1; at <= counting.count; at += STRIDE) {
        const fuse = new Fuse(mishap, at)
        await sent(fuse).catch((error: unknown) => {
          failed.push(
            `${at} (${fuse.hit ?? "?"}): ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`,
          )
        })
      }
      assert.deepEqual(failed, [])
    })
})
