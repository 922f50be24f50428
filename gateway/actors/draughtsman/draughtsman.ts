/**
 * The Draughtsman port, answered by a child process with its own memory budget.
 *
 * Jobs wait in one queue and go to the first free child. A child that dies or does not answer in time is replaced at
 * the next job; its job fails as `transient`, so the step may ask again. Every job may be repeated: it has no effects.
 */
import type { Draughtsman } from "../../journey/ports/drawing.ts"
import { DrawError } from "../../journey/errors.ts"
import { Drawer } from "./drawer.ts"
import { DEBIAN_STYLE, type Job, type ReportStyle, type Result } from "./jobs.ts"

export interface DraughtsmanOptions {
  /** Children at work at the same time; each is started by its first job. Default 1. */
  readonly processes?: number
  /** V8 heap of one child (`--max-old-space-size`). Default 192. */
  readonly heapMegabytes?: number
  /** From handing the job over to its answer. Default 60,000. */
  readonly timeoutMs?: number
  /** Fonts and time zone of the report. */
  readonly style?: Partial<ReportStyle>
}

export interface OpenDraughtsman extends Draughtsman {
  /** Ends the children; jobs that wait fail with ERR_DRAW_UNAVAILABLE. */
  close(): Promise<void>
}

interface Waiting {
  readonly job: Job
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void
}

/** More waiting frames than this would only fill memory: the caller is told to come back. */
const MAX_WAITING = 256

/** Opens the port; no process is started before the first job. */
export function openDraughtsman(options: DraughtsmanOptions = {}): OpenDraughtsman {
  const office = new Office(options)
  const style: ReportStyle = { ...DEBIAN_STYLE, ...options.style }
  return {
    encodeFrame: async (frame) => taken(await office.draw({ kind: "encode", frame }), "encode").encoded,
    decodeFrame: async (frame) => taken(await office.draw({ kind: "decode", frame }), "decode").frame,
    renderFrame: async (frame, windowCenter, windowWidth) =>
      taken(await office.draw({ kind: "render", frame, windowCenter, windowWidth }), "render").png,
    renderPages: async (report) => taken(await office.draw({ kind: "pages", report, style }), "pages").pages,
    renderReport: async (report) => taken(await office.draw({ kind: "report", report, style }), "report").pdf,
    renderRequest: async (request) =>
      taken(await office.draw({ kind: "request", request, style }), "request").pdf,
    close: () => office.close(),
  }
}

function taken<Kind extends Result["kind"]>(result: Result, kind: Kind): Extract<Result, { kind: Kind }> {
  if (result.kind !== kind) throw new DrawError("ERR_DRAW_UNAVAILABLE", "the child answered another question")
  return result as Extract<Result, { kind: Kind }>
}

/** The queue and the children who empty it. */
class Office {
  readonly #waiting: Waiting[] = []
  readonly #idle: Drawer[]
  readonly #all: readonly Drawer[]
  #closed = false

  constructor(options: DraughtsmanOptions) {
    const { processes = 1, heapMegabytes = 192, timeoutMs = 60_000 } = options
    this.#all = Array.from({ length: processes }, () => new Drawer({ heapMegabytes, timeoutMs }))
    this.#idle = [...this.#all]
  }

  draw(job: Job): Promise<Result> {
    if (this.#closed) return Promise.reject(unavailable("closed"))
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(unavailable("too many jobs are waiting"))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { reject } of this.#waiting.splice(0)) reject(unavailable("closed"))
    await Promise.all(this.#all.map((drawer) => drawer.stop()))
  }

  #next(): void {
    const drawer = this.#idle.pop()
    if (!drawer) return
    const waiting = this.#waiting.shift()
    if (!waiting) {
      this.#idle.push(drawer)
      return
    }
    void drawer
      .draw(waiting.job)
      .then(waiting.resolve, waiting.reject)
      .finally(() => {
        this.#idle.push(drawer)
        this.#next()
      })
  }
}

const unavailable = (message: string): DrawError => new DrawError("ERR_DRAW_UNAVAILABLE", message)
