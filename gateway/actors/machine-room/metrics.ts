/**
 * Metrics in the text format of Prometheus. Labels are states, codes, uses, kinds and what the configuration calls collectors
 * and agreements: never another name, an id or a UID, for a metrics store is no place for patients and labels must stay few.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client"
import type { Change } from "../../journey/records/ledger.ts"
import { daysLeft } from "../../standards/hpki/term.ts"
import {
  unsentMs,
  type ClockState,
  type Pending,
  type PulledLevers,
  type RoadHomeState,
  type Unsent,
} from "./health.ts"

/** Running totals of the storage SCP. */
export interface StorageTotals {
  readonly stored: number
  readonly refused: number
  readonly abandoned: number
  readonly dataSetBytes: number
  readonly open: number
  readonly released: number
  readonly aborted: number
  readonly rejected: number
}

/** Running totals of a door for files. */
export interface FileTotals {
  readonly door: "stow-rs" | "folder"
  readonly stored: number
  readonly refused: number
  /** Broken off, or changed while they were read. */
  readonly abandoned: number
  /** Of those that were stored. */
  readonly bytes: number
}

/** Asked at every scrape. What throws makes the scrape fail: a wrong number is worse than none. */
export interface MetricSources {
  readonly now: () => Date
  readonly space: () => Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
  readonly auditOutboxRows: () => Promise<number>
  readonly pendingStamps: () => Promise<Pending>
  readonly pendingSignatures: () => Promise<Pending>
  readonly certificates: () => readonly { readonly use: string; readonly notAfter: Date }[]
  readonly collectors: () => readonly Unsent[]
  readonly clock: () => ClockState
  readonly roads: () => Promise<readonly RoadHomeState[]>
  readonly levers: PulledLevers
  /** null at a center. */
  readonly storage: (() => StorageTotals) | null
  /** Of each door for files; null at a center. */
  readonly files: (() => readonly FileTotals[]) | null
}

export interface Metrics {
  readonly register: Registry
  /** Every commit of the ledger comes by here: submissions by state and failures by code are read off its changes. */
  committed(changes: readonly Change[]): void
}

export function metrics(sources: MetricSources): Metrics {
  const register = new Registry()
  // Event loop lag, memory, CPU, handles, garbage collection.
  collectDefaultMetrics({ register })
  gauges(register, sources)
  collectorGauges(register, sources)
  pendingGauges(register, sources)
  clockGauges(register, sources)
  roadMeters(register, sources)
  leverGauges(register, sources.levers)
  if (sources.storage !== null) storageTotals(register, sources.storage)
  if (sources.files !== null) fileTotals(register, sources.files)
  return { register, ...counters(register) }
}

function gauges(register: Registry, { now, space, auditOutboxRows, certificates }: MetricSources): void {
  const registers = [register]
  new Gauge({
    name: "dokuei_spool_bytes",
    help: "Space of the volume the spool lies on",
    labelNames: ["what"],
    registers,
    async collect() {
      const { freeBytes, totalBytes } = await space()
      this.set({ what: "free" }, freeBytes)
      this.set({ what: "total" }, totalBytes)
    },
  })
  new Gauge({
    name: "dokuei_audit_outbox_rows",
    help: "Audit rows not yet in the trail",
    registers,
    async collect() {
      this.set(await auditOutboxRows())
    },
  })
  new Gauge({
    name: "dokuei_certificate_days_left",
    help: "Days until a certificate expires: ours by its use, a partner's by agreement and use",
    labelNames: ["use"],
    registers,
    collect() {
      this.reset()
      for (const { use, notAfter } of certificates()) this.set({ use }, daysLeft(notAfter, now()))
    },
  })
}

function pendingGauges(register: Registry, { pendingStamps, pendingSignatures }: MetricSources): void {
  const gauges = (name: string, help: string, ask: () => Promise<Pending>): void => {
    const gauge = (suffix: string, words: string, of: (pending: Pending) => number): void => {
      new Gauge({
        name: `dokuei_${name}_${suffix}`,
        help: words,
        registers: [register],
        async collect() {
          this.set(of(await ask()))
        },
      })
    }
    gauge("pending", help, ({ waiting }) => waiting)
    gauge("late", "Those of them that wait for more than 24 hours", ({ late }) => late)
  }
  gauges("time_stamps", "Signed reports without a time stamp", pendingStamps)
  gauges("signatures", "Approved reports that are not signed yet", pendingSignatures)
}

/** Without a reading there are no numbers, and `dokuei_clock_trusted` is 0. */
function clockGauges(register: Registry, { clock }: MetricSources): void {
  const gauge = (name: string, help: string, of: (state: ClockState) => number | null): void => {
    new Gauge({
      name,
      help,
      registers: [register],
      collect() {
        const value = of(clock())
        if (value === null) this.remove()
        else this.set(value)
      },
    })
  }
  gauge("dokuei_clock_trusted", "1 while signatures are made by this clock", (state) =>
    state.failureCode === null ? 1 : 0,
  )
  gauge("dokuei_clock_offset_seconds", "How far the clock is from its time source", ({ reading }) =>
    reading === null ? null : reading.offsetMs / 1_000,
  )
  gauge("dokuei_clock_bound_seconds", "It is surely no further off than this", ({ reading }) =>
    reading === null ? null : reading.boundMs / 1_000,
  )
}

function collectorGauges(register: Registry, { now, collectors }: MetricSources): void {
  const gauge = (name: string, help: string, of: (each: Unsent) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ["collector"],
      registers: [register],
      collect() {
        for (const each of collectors()) this.set({ collector: each.name }, of(each))
      },
    })
  }
  gauge(
    "dokuei_audit_unsent_records",
    "Audit records a collector has not surely read",
    (each) => each.waiting,
  )
  gauge("dokuei_audit_unsent_seconds", "Age of the first of them", (each) => unsentMs(each, now()) / 1_000)
}

/** All there is to measure of a gateway that is isolated. */
export function leverRegister(levers: PulledLevers): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
  leverGauges(register, levers)
  return register
}

/** They hold for as long as the process does what it does: who pulls or ends one starts it anew. */
function leverGauges(register: Registry, { isolatedSince, frozenSince }: PulledLevers): void {
  const gauge = (name: string, help: string, since: string | null): void =>
    new Gauge({ name, help, registers: [register] }).set(since === null ? 0 : 1)
  gauge("dokuei_isolated", "1 while every door but this one is shut", isolatedSince)
  gauge("dokuei_frozen", "1 while nothing here changes", frozenSince)
}

/** The label is the agreement's name in the configuration: there are as many as there are agreements. */
function roadMeters(register: Registry, { now, roads }: MetricSources): void {
  const common = { labelNames: ["agreement"], registers: [register] }
  new Gauge({
    ...common,
    name: "dokuei_road_home_connected",
    help: "1 while the hospital holds a connection open",
    async collect() {
      for (const { agreement, connectedSince } of await roads())
        this.set({ agreement }, connectedSince === null ? 0 : 1)
    },
  })
  new Gauge({
    ...common,
    name: "dokuei_road_home_silence_seconds",
    help: "Since something came over it, a heartbeat at least",
    async collect() {
      this.reset()
      for (const { agreement, lastHeardAt } of await roads())
        if (lastHeardAt !== null)
          this.set({ agreement }, Math.max(0, now().getTime() - Date.parse(lastHeardAt)) / 1_000)
    },
  })
  new Gauge({
    ...common,
    name: "dokuei_road_home_waiting",
    help: "Submissions that wait for the partner whose connection it is, or are on their way",
    async collect() {
      for (const { agreement, waiting } of await roads()) this.set({ agreement }, waiting)
    },
  })
  new Counter({
    ...common,
    name: "dokuei_road_home_opened_total",
    help: "Connections since the start: a number that rises fast is a line that breaks, or two gateways with one certificate",
    async collect() {
      this.reset()
      for (const { agreement, opened } of await roads()) this.inc({ agreement }, opened)
    },
  })
}

/** The SCP counts by itself; a scrape copies its totals. */
function storageTotals(register: Registry, totals: () => StorageTotals): void {
  const copied = (
    name: string,
    help: string,
    label: string,
    names: readonly (keyof StorageTotals)[],
  ): void => {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [register],
      collect() {
        this.reset()
        for (const each of names) this.inc({ [label]: each }, totals()[each])
      },
    })
  }
  copied("dokuei_instances_total", "C-STORE requests by outcome", "outcome", [
    "stored",
    "refused",
    "abandoned",
  ])
  copied("dokuei_associations_total", "DICOM associations by end", "end", ["released", "aborted", "rejected"])
  new Counter({
    name: "dokuei_instance_bytes_total",
    help: "Data set bytes received by C-STORE",
    registers: [register],
    collect() {
      this.reset()
      this.inc(totals().dataSetBytes)
    },
  })
  new Gauge({
    name: "dokuei_associations_open",
    help: "DICOM associations open now",
    registers: [register],
    collect() {
      this.set(totals().open)
    },
  })
}

/** The same of STOW-RS and watched folders. */
function fileTotals(register: Registry, totals: () => readonly FileTotals[]): void {
  const registers = [register]
  new Counter({
    name: "dokuei_files_total",
    help: "Files that came by STOW-RS or through a watched folder, by outcome",
    labelNames: ["door", "outcome"],
    registers,
    collect() {
      this.reset()
      for (const each of totals())
        for (const outcome of ["stored", "refused", "abandoned"] as const)
          this.inc({ door: each.door, outcome }, each[outcome])
    },
  })
  new Counter({
    name: "dokuei_file_bytes_total",
    help: "Bytes of files stored",
    labelNames: ["door"],
    registers,
    collect() {
      this.reset()
      for (const { door, bytes } of totals()) this.inc({ door }, bytes)
    },
  })
}

/** Submissions put twice in one state (a retry, a later detail) are counted once; only the newest are remembered. */
const REMEMBERED_SUBMISSIONS = 4096

function counters(register: Registry): Pick<Metrics, "committed"> {
  const submissions = new Counter({
    name: "dokuei_submissions_total",
    help: "Submissions that reached a state",
    labelNames: ["direction", "kind", "state"],
    registers: [register],
  })
  const failures = new Counter({
    name: "dokuei_job_failures_total",
    help: "Steps that failed, by verb and failure code",
    labelNames: ["verb", "code"],
    registers: [register],
  })
  const states = new Map<string, string>()
  const count = (change: Change): void => {
    if (!("put" in change)) return
    if (change.put === "job" && change.record.failureCode !== null)
      failures.inc({ verb: change.record.verb, code: change.record.failureCode })
    if (change.put !== "submission") return
    const { id, direction, kind, state } = change.record
    if (states.get(id) !== state) submissions.inc({ direction, kind, state })
    remember(states, id, state)
  }
  return { committed: (changes) => changes.forEach(count) }
}

function remember(states: Map<string, string>, id: string, state: string): void {
  states.delete(id)
  states.set(id, state)
  const [oldest] = states.keys()
  if (states.size > REMEMBERED_SUBMISSIONS && oldest !== undefined) states.delete(oldest)
}
