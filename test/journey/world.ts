/**
 * Hospital and reading centre in one process, for tests of steps: a line between them, one time, one time-stamp authority,
 * and a fuse for what goes wrong. A whole loop takes a fraction of a second.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Agreement } from "../../gateway/journey/agreement.ts"
import { keyStore } from "../../gateway/storage/keys/key-store.ts"
import { AT_CENTER, AT_HOSPITAL, CENTER, HOSPITAL } from "./agreements.ts"
import { certificates, pinOf, START, type Certificates, type Side } from "./certificates.ts"
import { Fuse } from "./fuse.ts"
import { Gateway } from "./gateway.ts"
import { Line } from "./line.ts"
import { TestTsa } from "./time-stamps.ts"
import { Time } from "./time.ts"
import { TestTrust } from "./trust.ts"

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

export interface WorldOptions {
  readonly fuse?: Fuse
  readonly agreement?: Partial<Agreement>
  /** What the hospital's units hold at most. */
  readonly unitBytes?: number
  /** What lies between the two in place of `line`. */
  readonly between?: Pick<Line, "source">
}

/** SQLite syncs at every commit: in memory where the machine has such a folder. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

export class TwoSides {
  readonly time = new Time(START)
  readonly line = new Line()
  readonly tsa: TestTsa
  readonly trust: Readonly<Record<Side, TestTrust>>
  readonly edge: Gateway
  readonly center: Gateway
  readonly #folder = mkdtempSync(join(SCRATCH, "dokuei-journey-"))

  private constructor(
    made: Certificates,
    keys: Readonly<Record<Side, Awaited<ReturnType<typeof keysOf>>>>,
    options: WorldOptions,
  ) {
    this.tsa = new TestTsa(made.tsa, this.time)
    this.trust = { edge: new TestTrust(made), center: new TestTrust(made) }
    const between = options.between ?? this.line
    const fuse = options.fuse ?? new Fuse("crash", 0)
    const common = { folder: this.#folder, time: this.time, tsa: this.tsa, fuse }
    const terms = (partner: Side) => ({
      sealPins: [pinOf(made.holders[`${partner}/seal`])],
      objectCertificate: made.holders[`${partner}/object`].chain[0]!,
      ...options.agreement,
    })
    this.edge = new Gateway({
      ...common,
      side: "edge",
      site: HOSPITAL,
      agreements: [{ ...AT_HOSPITAL, ...terms("center") }],
      trust: this.trust.edge,
      keys: keys.edge,
      source: between.source(() => this.center.door, AT_CENTER.id),
    })
    this.edge.unitBytes = options.unitBytes ?? null
    this.center = new Gateway({
      ...common,
      side: "center",
      site: CENTER,
      agreements: [{ ...AT_CENTER, ...terms("edge") }],
      trust: this.trust.center,
      keys: keys.center,
      source: between.source(() => this.edge.door, AT_HOSPITAL.id),
    })
  }

  static async open(options: WorldOptions = {}): Promise<TwoSides> {
    const made = await certificates()
    const keys = { edge: await keysOf(made, "edge"), center: await keysOf(made, "center") }
    const sides = new TwoSides(made, keys, options)
    await sides.edge.open()
    await sides.center.open()
    return sides
  }

  close(): void {
    this.edge.close()
    this.center.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Everything happens that happens by itself, now and within the time that may pass. Crashed sides start again. */
  async settle(forMs = 10 * MINUTE_MS, mostTurns = 2_000): Promise<void> {
    const until = this.time.peek().getTime() + forMs
    for (let turns = 0; turns < mostTurns; turns++) {
      const ran = [await this.edge.runDue(), await this.center.runDue()]
      if (ran.includes(true)) continue
      const next = await this.#nextJob()
      if (next === null || next.getTime() > until) return
      this.time.passTo(next)
    }
    throw new Error("the two sides do not come to rest")
  }

  async #nextJob(): Promise<Date | null> {
    const times = await Promise.all([this.edge, this.center].map((side) => side.ledger.dueJobs("9999", 1)))
    const all = times.flat().map((job) => new Date(job.runAt).getTime())
    return all.length === 0 ? null : new Date(Math.min(...all))
  }
}

async function keysOf({ folder }: Certificates, side: Side) {
  const of = (use: string) => ({
    keyFile: join(folder, side, `${use}.key.pem`),
    chainFile: join(folder, side, `${use}.chain.pem`),
  })
  return keyStore({ seal: of("seal"), object: of("object") })
}
