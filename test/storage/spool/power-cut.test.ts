import assert from "node:assert/strict"
import { currentEpoch } from "../../../gateway/storage/spool/file-spool.ts"
import { LoggedDisk } from "./logged-disk.ts"
import { type Told, receive } from "./reception.ts"
import { EPOCH_KEY, collect, openTestSpool, seededChance } from "./world.ts"

const DATA = "/data"
const NEXT_KEY = { epoch: 2, key: Buffer.alloc(32, 9) }
/** Power cuts tried behind every entry of the log. */
const CUTS = 4

describe("a power cut at any moment, unsynced writes missing or torn at random", () => {
  const seed = process.env.DOKUEI_SEED ?? "20260101"

  it(`leaves every acknowledged object, no refused one, and nothing of a destroyed slot`, async function () {
    console.log(`      DOKUEI_SEED=${seed}`)
    const disk = new LoggedDisk()
    await disk.mkdir(DATA)
    await disk.fsyncDir("/")
    const told = await morning(disk)
    assert.equal(told.acknowledged.size, 6)
    const dice = seededChance(seed)
    for (let length = 2; length <= disk.log.length; length += 1)
      for (let cut = 0; cut < CUTS; cut += 1)
        await check(disk, length, told, dice, `entry ${length}, cut ${cut}, seed ${seed}`)
  })
})

/** Receives a study, destroys another, turns the epoch, destroys the study. */
async function morning(disk: LoggedDisk): Promise<Told> {
  const told: Told = { acknowledged: new Map(), refused: new Set() }
  const spool = await openTestSpool(disk, DATA, "morning")
  const other = await spool.createSlot("documents")
  const slotId = await receive(spool, told, {
    acknowledged: (id) => disk.say("acknowledged", id),
    refused: (id) => disk.say("refused", id),
  })
  await spool.destroySlot(other)
  disk.say("destroyed", other)
  await spool.turnEpoch(NEXT_KEY)
  disk.say("destroying", slotId!)
  await spool.destroySlot(slotId!)
  disk.say("destroyed", slotId!)
  return told
}

async function check(
  disk: LoggedDisk,
  length: number,
  told: Told,
  dice: ReturnType<typeof seededChance>,
  where: string,
): Promise<void> {
  const said = (what: string): string[] =>
    disk.log
      .slice(0, length)
      .flatMap((entry) => (entry.op === "said" && entry.what === what ? [entry.id] : []))
  const found = await disk.afterPowerCut(length, dice)
  const epoch = (await currentEpoch(DATA, found).catch(() => null)) ?? 1
  const spool = await openTestSpool(found, DATA, "after", { epochKey: epoch === 1 ? EPOCH_KEY : NEXT_KEY })
  const objects = new Map<string, Buffer>()
  for await (const { place, facts } of spool.scan())
    objects.set(facts.meta.uniqueId, await collect((await spool.open(place)).clear()))
  if (said("destroying").length === 0)
    for (const id of said("acknowledged"))
      assert.ok(objects.get(id)?.equals(told.acknowledged.get(id)!), `${id}: ${where}`)
  for (const id of said("refused")) assert.ok(!objects.has(id), `${id} is kept: ${where}`)
  for (const slotId of said("destroyed"))
    assert.ok(!spool.slots.some((slot) => slot.slotId === slotId), where)
  const destroyed = said("destroyed")
  if (destroyed.length === 2) assert.equal(objects.size, 0, where)
  for (const rot of spool.rot) assert.ok(rot.what !== "slot", `${rot.what}: ${where}`)
}
