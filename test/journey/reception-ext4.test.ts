/**
 * Reception on a real ext4 that is shut down in the middle of it, as a power cut would leave it: nothing more is written, not
 * even the journal in hand. After the next mount everything that was answered with success is there.
 */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Disk, DiskFile, DiskSpace, OpenMode } from "../../gateway/storage/spool/disk.ts"
import { nodeDisk } from "../../gateway/storage/spool/node-disk.ts"
import { randomFrom } from "../peers/chance.ts"
import { collect, openTestSpool } from "../storage/spool/world.ts"
import { nobody, receiveOn, type Told } from "./reception.ts"

const ROUNDS = 40
const IMAGE_BYTES = 256 * 1024 * 1024
/** A reception takes about ninety operations that write, some seventy more that read. */
const LATEST_OPERATION = 160
/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (linux/fs/ext4/ext4.h). */
const SHUT_DOWN = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))
`

describe("reception on an ext4 that loses its power", function () {
  this.timeout(1_200_000)
  const seed = Number(process.env.DOKUEI_SEED ?? Date.now() % 100_000)
  let folder: string | null = null
  let place: string
  let image: string

  before(function () {
    const why = process.env.DOKUEI_LONG === "1" ? null : "it is of the long suite"
    if (why !== null) skip(this, why)
    folder = mkdtempSync(join(tmpdir(), "dokuei-ext4-"))
    place = join(folder, "mounted")
    image = join(folder, "image")
    mkdirSync(place)
    try {
      writeFileSync(image, "")
      truncateSync(image, IMAGE_BYTES)
      run("mkfs.ext4", "-q", image)
      mount()
      umount()
    } catch (error) {
      skip(this, `an image cannot be mounted here: ${String(error).split("\n")[0]}`)
    }
  })
  after(() => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  })

  const run = (program: string, ...args: string[]): void =>
    void execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] })
  const mount = (): void => run("mount", "-o", "loop", image, place)
  const umount = (): void => run("umount", place)

  it("has everything it answered for when it comes up again", async () => {
    console.log(`      ${ROUNDS} power cuts, DOKUEI_SEED=${seed}`)
    const dice = randomFrom(seed)
    let answered = 0
    for (let round = 0; round < ROUNDS; round++) {
      const dataDir = join(place, `round-${round}`)
      const told = nobody()
      mount()
      try {
        mkdirSync(dataDir)
        run("sync", "-f", place)
        const mortal = new MortalDisk(Math.floor(dice() * LATEST_OPERATION), () =>
          run("python3", "-c", SHUT_DOWN, place),
        )
        await receiveOn(mortal, told, undefined, dataDir).catch(() => undefined)
        await mortal.letGo()
      } finally {
        umount()
      }
      mount()
      try {
        await demandKept(dataDir, told, `round ${round}, seed ${seed}`)
      } finally {
        umount()
      }
      answered += told.acknowledged.size
    }
    console.log(`      ${answered} images had been answered with success`)
    assert.ok(answered > ROUNDS)
  })
})

function skip(test: Mocha.Context, why: string): never {
  console.log(`      skipped: ${why}`)
  return test.skip()
}

/** The machine's own disk, whose power goes before its n-th operation. */
class MortalDisk implements Disk {
  readonly #at: number
  readonly #cut: () => void
  readonly #open = new Set<DiskFile>()
  #operations = 0

  constructor(at: number, cut: () => void) {
    this.#at = at
    this.#cut = cut
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const file = await this.#counted(() => nodeDisk.open(path, mode))
    this.#open.add(file)
    return {
      write: (buffers, position) => this.#counted(() => file.write(buffers, position)),
      read: (into, position) => this.#counted(() => file.read(into, position)),
      fdatasync: () => this.#counted(() => file.fdatasync()),
      ftruncate: (length) => this.#counted(() => file.ftruncate(length)),
      sizeBytes: () => file.sizeBytes(),
      close: () => {
        this.#open.delete(file)
        return file.close()
      },
    }
  }
  mkdir = (path: string): Promise<void> => this.#counted(() => nodeDisk.mkdir(path))
  readdir = (path: string): Promise<readonly string[]> => this.#counted(() => nodeDisk.readdir(path))
  rename = (from: string, to: string): Promise<void> => this.#counted(() => nodeDisk.rename(from, to))
  unlink = (path: string): Promise<void> => this.#counted(() => nodeDisk.unlink(path))
  rmdir = (path: string): Promise<void> => this.#counted(() => nodeDisk.rmdir(path))
  fsyncDir = (path: string): Promise<void> => this.#counted(() => nodeDisk.fsyncDir(path))
  statfs = (path: string): Promise<DiskSpace> => nodeDisk.statfs(path)

  /** A process that ends lets go of its files. */
  async letGo(): Promise<void> {
    await Promise.allSettled([...this.#open].map((file) => file.close()))
  }

  #counted<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#operations++ === this.#at) this.#cut()
    return work()
  }
}

async function demandKept(dataDir: string, told: Told, where: string): Promise<void> {
  if (told.acknowledged.size === 0) return
  const spool = await openTestSpool(nodeDisk, dataDir, "afterwards")
  try {
    const found = new Map<string, Buffer>()
    for await (const { place, facts } of spool.scan())
      found.set(facts.meta.uniqueId, await collect((await spool.open(place)).clear()))
    for (const [uid, dataSet] of told.acknowledged)
      assert.ok(found.get(uid)?.subarray(-dataSet.length).equals(dataSet), `${uid}: ${where}`)
  } finally {
    await spool.close()
  }
}
