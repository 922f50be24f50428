/**
 * One gateway without a process: real steps, spool and ledger on a disk in memory and a file, keys from files. It can end
 * at any moment and be opened again on what it left.
 */
import { createHash } from "node:crypto"
import { copyFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3"
import { bringLevel, keepLevel, whyBehind } from "../../gateway/foundation/level.ts"
import { outboxSeal } from "../../gateway/foundation/own-keys.ts"
import { accountedReading, accountedStaff } from "../../gateway/journey/cases/accessed.ts"
import { submissionHandler } from "../../gateway/journey/accept/accept.ts"
import type { Agreement, Site } from "../../gateway/journey/agreement.ts"
import { assemble } from "../../gateway/journey/assemble/assemble.ts"
import { imageDesk } from "../../gateway/journey/read/images.ts"
import { caseBook } from "../../gateway/journey/cases/case-book.ts"
import { expire } from "../../gateway/journey/retain/expire.ts"
import { filing, type Filing } from "../../gateway/journey/receive/file-instance.ts"
import { frameCache } from "../../gateway/journey/read/frame-cache.ts"
import { locks } from "../../gateway/journey/locks.ts"
import { news } from "../../gateway/journey/news.ts"
import { linePace } from "../../gateway/journey/submit/pace.ts"
import { packageSubmission } from "../../gateway/journey/submit/package.ts"
import type { AuditEvent } from "../../gateway/journey/ports/audit.ts"
import type { Draughtsman } from "../../gateway/journey/ports/drawing.ts"
import type { FileHandler, InstanceHandler, SubmissionHandler } from "../../gateway/journey/ports/inbound.ts"
import type { KeyStore, PersonKeys } from "../../gateway/journey/ports/keys.ts"
import type { DocumentSource } from "../../gateway/journey/ports/outside.ts"
import type { ReadingDesk } from "../../gateway/journey/ports/reading-desk.ts"
import type { StaffDesk } from "../../gateway/journey/ports/staff-desk.ts"
import { caseDesk } from "../../gateway/journey/read/read.ts"
import { instanceHandler } from "../../gateway/journey/receive/receive.ts"
import { fileHandler } from "../../gateway/journey/receive/receive-file.ts"
import { LedgerError, SpoolError } from "../../gateway/journey/errors.ts"
import type { JobRecord } from "../../gateway/journey/records/job.ts"
import type { Ledger } from "../../gateway/journey/records/ledger.ts"
import { recode } from "../../gateway/journey/recode/recode.ts"
import { reportDesk } from "../../gateway/journey/read/report.ts"
import { recover, type Recovered } from "../../gateway/journey/recover/recover.ts"
import { rollForward, type RolledForward } from "../../gateway/journey/recover/roll-forward.ts"
import { runJob, type RunnerParts } from "../../gateway/journey/run.ts"
import { evidenceDesk } from "../../gateway/journey/evidence/evidence-desk.ts"
import { staffDesk } from "../../gateway/journey/home/staff.ts"
import { CONTENTS, EFFECTS } from "../../gateway/journey/submit/submissions.ts"
import { stamp } from "../../gateway/journey/submit/stamp.ts"
import { submit } from "../../gateway/journey/submit/submit.ts"
import { leftovers } from "../../gateway/journey/submit/leftovers.ts"
import { linePlaces } from "../../gateway/journey/submit/line-places.ts"
import { renew } from "../../gateway/journey/verify/renew.ts"
import { verify } from "../../gateway/journey/verify/verify.ts"
import type { World } from "../../gateway/journey/world.ts"
import {
  storageSopClass,
  transferSyntax,
  type TransferSyntaxOf,
} from "../../gateway/standards/dicom/sop-classes.ts"
import { personKeys } from "../../gateway/storage/keys/person-keys.ts"
import { openLedger, type FileLedger } from "../../gateway/storage/ledger/ledger.ts"
import { openSpool, type FileSpool } from "../../gateway/storage/spool/file-spool.ts"
import { MemoryDisk } from "../../gateway/storage/spool/memory-disk.ts"
import { signLater } from "../../gateway/journey/read/sign-later.ts"
import { countedChance } from "../peers/chance.ts"
import { certificates, type Side } from "./certificates.ts"
import { fusedDisk, fusedLedger, isCrash, type Fuse, type Life } from "./fuse.ts"
import type { Time } from "./time.ts"
import type { TestTsa } from "./time-stamps.ts"
import type { TestTrust } from "./trust.ts"

/** In place of the built one. */
export const VERIFIER_PAGE = Buffer.from("<!doctype html><title>the verifier</title>")
export const OUR_AE = "DOKUEI"
export const MODALITY = "MR1"
/** Whose files come from outside the hospital. */
export const MEDIA = "MEDIA"
/** Whose images leave while it scans. */
export const SCANNER = "MR2"
export const QUIET_MS = 60_000

export interface GatewayParts {
  readonly side: Side
  readonly folder: string
  readonly site: Site
  readonly agreements: readonly Agreement[]
  readonly time: Time
  readonly tsa: TestTsa
  readonly trust: TestTrust
  readonly keys: KeyStore
  readonly fuse: Fuse
  readonly source: DocumentSource
}

const SENDERS = {
  quietMsOf: () => QUIET_MS,
  isMedia: (callingAE: string) => callingAE === MEDIA,
  leavesEarly: (callingAE: string) => callingAE === SCANNER,
}

/** A ledger that fails, not one that is behind its spool. */
const isOutOfOrder = (error: unknown): boolean => error instanceof LedgerError && error.code === "ERR_LEDGER"

export class Gateway {
  readonly side: Side
  /** What steps failed with, since the gateway was first opened. */
  readonly failures: { readonly job: string; readonly error: unknown }[] = []
  /** Requests the desks were told about. */
  readonly notified: (string | null)[] = []
  /** How often it was started. */
  starts = 0
  /** What the last start found. */
  rolledForward: RolledForward | null = null
  agreements: readonly Agreement[]
  /** What its submissions hold; a test bends it to send what no gateway of ours would. */
  contents = CONTENTS
  /** Of the next start. */
  syntaxOf: TransferSyntaxOf = transferSyntax
  /** Where readers' keys are, of the next start; null = in files. */
  personKeys: (() => PersonKeys) | null = null
  /** How long rows of what arrived wait for company. */
  filingWait: () => Promise<void> = () => Promise.resolve()
  /** How large its units are; null = as its line carries. */
  unitBytes: number | null = null
  readonly #pace = linePace()
  readonly #parts: GatewayParts
  #disk = new MemoryDisk()
  readonly #line = new Map<string, number>()
  #now: Opened | null = null

  constructor(parts: GatewayParts) {
    this.side = parts.side
    this.agreements = parts.agreements
    this.#parts = parts
  }

  get #opened(): Opened {
    if (this.#now === null) throw new Error(`the ${this.side} is not open`)
    return this.#now
  }
  get world(): World {
    return this.#opened.world
  }
  get ledger(): Ledger {
    return this.#opened.world.ledger
  }
  get spool(): FileSpool {
    return this.#opened.spool
  }
  get door(): SubmissionHandler {
    return this.#opened.door
  }
  get staff(): StaffDesk {
    return this.#opened.staff
  }
  get reading(): ReadingDesk {
    return this.#opened.reading
  }
  get storage(): InstanceHandler {
    return this.#opened.storage
  }
  get files(): FileHandler {
    return this.#opened.files
  }
  get isDead(): boolean {
    return this.#now === null || this.#now.life.dead
  }

  /** Opens, or opens again: first what the last life left is rolled forward. A crash while doing so ends this life too,
   *  and so does a disk or a ledger that fails then: the service manager starts the process again. */
  async open(): Promise<void> {
    if (this.starts === 0) await this.#disk.mkdir("/data")
    for (;;) {
      this.#now?.close()
      this.#now = null
      this.starts += 1
      try {
        this.#now = await this.#begin()
        await this.#level(this.#now)
        this.rolledForward = await rollForward(this.world, this.spool)
        return
      } catch (error) {
        const startsAgain = isCrash(error) || error instanceof SpoolError || isOutOfOrder(error)
        if (!startsAgain) throw error
        this.#now?.close()
        this.#now = null
      }
    }
  }

  close(): void {
    this.#now?.close()
    this.#now = null
  }

  /** As the foundation does before anything else. */
  async #level({ file, spool }: Opened): Promise<void> {
    const why = await whyBehind(file, spool)
    if (why !== null) throw new LedgerError("ERR_LEDGER_BEHIND", why)
    await keepLevel(file, spool)
  }

  /** A copy as `sqlite3 .backup` makes one while the gateway goes on. */
  async backUpLedger(copy: string): Promise<void> {
    const db = new Database(this.#ledgerPath, { readonly: true })
    await db.backup(copy)
    db.close()
  }

  /** Closes, and puts the copy in the ledger's place; null = the ledger is lost. */
  replaceLedger(copy: string | null): void {
    this.close()
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${this.#ledgerPath}${suffix}`, { force: true })
    if (copy !== null) copyFileSync(copy, this.#ledgerPath)
  }

  /** Its machine is lost: an empty disk, a ledger from a backup, and what `dokuei recover --spool-lost` makes of it. */
  async loseSpool(copy: string): Promise<Recovered> {
    this.replaceLedger(copy)
    this.#disk = new MemoryDisk()
    await this.#disk.mkdir("/data")
    return this.recover(true)
  }

  /** As `dokuei recover` does, on a gateway that is closed; then it may be opened. */
  async recover(isSpoolLost = false): Promise<Recovered> {
    this.starts += 1
    this.#now = await this.#begin()
    const { file, spool, world } = this.#now
    const recovered = await bringLevel(file, spool, () => recover(world, spool, { isSpoolLost }))
    this.close()
    return recovered
  }

  /** The same, ending where the fuse says. True when it came to its end. */
  async recoverWith(fuse: Fuse): Promise<boolean> {
    try {
      this.#now = await this.#begin(fuse)
      const { file, spool, world, life } = this.#now
      const bound: typeof file = {
        ...file,
        bind: (spoolId, commits) => {
          if (life.dead) throw new Error("bound after the crash")
          file.bind(spoolId, commits)
        },
      }
      await bringLevel(bound, spool, () => recover(world, spool))
      return true
    } catch (error) {
      if (!isCrash(error)) throw error
      return false
    } finally {
      this.close()
    }
  }

  get #ledgerPath(): string {
    return join(this.#parts.folder, `${this.side}.sqlite`)
  }

  /** Runs what is due now, one job after the other. True when there was something. */
  async runDue(): Promise<boolean> {
    if (this.isDead) await this.open()
    try {
      await this.#opened.filing.flush()
      const due = await this.ledger.dueJobs(this.#parts.time.peek().toISOString(), 64)
      for (const job of due) await this.run(job)
      return due.length > 0
    } catch (error) {
      if (!isCrash(error)) throw error
      return true
    }
  }

  run(job: JobRecord): Promise<void> {
    return runJob(this.#opened.runner, job)
  }

  async audited(): Promise<readonly { readonly key: string; readonly event: AuditEvent }[]> {
    return this.ledger.auditOutbox(100_000)
  }

  /** The raw disk, for whoever looks at what lies there. */
  get disk(): MemoryDisk {
    return this.#disk
  }

  async #begin(fuse = this.#parts.fuse): Promise<Opened> {
    const { side, time, site } = this.#parts
    const life: Life = { dead: false }
    const chance = countedChance(`${side} ${this.starts}`)
    const spool = await openSpool({
      dataDir: "/data",
      site: site.oid,
      epochKey: { epoch: 1, key: createHash("sha256").update(side).digest() },
      clock: time,
      chance,
      disk: fusedDisk(this.#disk, fuse, life, side),
    })
    const indexKey = createHash("sha256").update(`index ${side}`).digest()
    const file = openLedger({
      path: this.#ledgerPath,
      sealer: {
        seal: (slotId, context, clear) => spool.sealColumn(slotId, context, clear),
        open: (slotId, context, sealed) => spool.openColumn(slotId, context, sealed),
      },
      indexKey,
      audit: outboxSeal(indexKey),
      committed: (commits) => spool.noteLedger(commits),
    })
    const fused = fusedLedger(file, fuse, life, side)
    const cases = caseBook(fused)
    const ledger: Ledger = {
      ...cases.ledger,
      commit: async (changes) => {
        await cases.ledger.commit(changes)
        this.notified.push(...news(changes))
      },
    }
    const { folder: pki } = await certificates()
    const world: World = {
      clock: time,
      chance,
      spool,
      ledger,
      cases,
      keys: this.#parts.keys,
      personKeys: this.personKeys?.() ?? personKeys(join(pki, "readers")),
      timeStamps: this.#parts.tsa,
      source: this.#parts.source,
      draughtsman: DRAUGHTSMAN,
      frames: frameCache(),
      locks: locks(),
      pace: {
        wholeBytes: (agreement) => this.unitBytes ?? this.#pace.wholeBytes(agreement),
        unitBytes: (agreement, inFlight) => this.unitBytes ?? this.#pace.unitBytes(agreement, inFlight),
        inFlight: (agreement, agreed) => this.#pace.inFlight(agreement, agreed),
        through: (agreement, sent) => this.#pace.through(agreement, sent),
        cut: (agreement, sent) => this.#pace.cut(agreement, sent),
        known: (agreement) => this.#pace.known(agreement),
      },
      places: linePlaces(),
      leftovers: leftovers(),
      site,
      agreements: this.agreements,
      syntaxOf: this.syntaxOf,
      trust: this.#parts.trust,
      progress: (submissionId, bytes) => this.#line.set(submissionId, bytes),
    }
    return this.#stations(world, spool, life, file)
  }

  #stations(world: World, spool: FileSpool, life: Life, file: FileLedger): Opened {
    const files = filing(
      world,
      () => this.filingWait(),
      (error) => this.failures.push({ job: "filing", error }),
    )
    return {
      life,
      world,
      spool,
      file,
      close: () => file.close(),
      filing: files,
      files: fileHandler(world, files, { aeTitle: OUR_AE, takes: (uid) => storageSopClass(uid) !== null }),
      storage: instanceHandler(world, files, { aeTitle: OUR_AE, modalities: new Set([MODALITY, SCANNER]) }),
      door: submissionHandler(world),
      staff: accountedStaff(
        world,
        staffDesk(
          world,
          this.#line,
          files,
          evidenceDesk(world, () => Promise.resolve(VERIFIER_PAGE)),
        ),
      ),
      reading: accountedReading(world, { ...caseDesk(world), ...reportDesk(world), ...imageDesk(world) }),
      runner: this.#runner(world),
    }
  }

  #runner(world: World): RunnerParts {
    return {
      ledger: world.ledger,
      trail: { record: () => Promise.resolve() },
      clock: world.clock,
      chance: world.chance,
      locks: world.locks,
      wait: () => Promise.resolve(),
      steps: {
        assemble: (job) => assemble(world, SENDERS, job),
        commit: () => Promise.resolve({ changes: [] }),
        deliver: () => Promise.resolve({ changes: [] }),
        notify: () => Promise.resolve({ changes: [] }),
        recode: (job) => recode(world, job),
        package: (job) => packageSubmission(world, this.contents, job),
        submit: (job) => submit(world, job),
        verify: (job) => verify(world, EFFECTS, job),
        expire: (job) => expire(world, job),
        renew: (job) => renew(world, job),
        stamp: (job) => stamp(world, job),
        sign: (job) => signLater(world, job),
      },
      onFailure: (job, error) => {
        if (!isCrash(error)) this.failures.push({ job: job?.id ?? "", error })
      },
    }
  }
}

interface Opened {
  readonly life: Life
  readonly world: World
  readonly spool: FileSpool
  readonly file: FileLedger
  readonly filing: Filing
  readonly files: FileHandler
  readonly storage: InstanceHandler
  readonly door: SubmissionHandler
  readonly staff: StaffDesk
  readonly reading: Gateway["reading"]
  readonly runner: RunnerParts
  close(): void
}

/** What the drawing child answers, without a child: how a page looks is not the steps' business. */
const DRAUGHTSMAN: Draughtsman = {
  encodeFrame: () => Promise.resolve({ codestream: Uint8Array.of(0xff, 0x4f), levelEndBytes: [2] }),
  decodeFrame: ({ codestream, ...frame }) => Promise.resolve({ ...frame, pixels: codestream }),
  renderFrame: () => Promise.resolve(Uint8Array.of(0x89, 0x50, 0x4e, 0x47)),
  renderPages: () => Promise.resolve([{ rows: 1, columns: 1, pixels: Uint8Array.of(255) }]),
  renderReport: ({ documentId, impression }) =>
    Promise.resolve(new TextEncoder().encode(`%PDF-1.7 ${documentId} ${impression}`)),
  renderRequest: ({ documentId, texts }) =>
    Promise.resolve(new TextEncoder().encode(`%PDF-1.7 ${documentId} ${texts.purpose}`)),
}
