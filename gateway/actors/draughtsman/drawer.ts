/**
 * One child at its desk: started by its first job, one job at a time, ended when it does not answer.
 */
import { fork } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { DrawError, ReportError } from "../../journey/errors.ts"
import type { Answer, Job, Request, Result } from "./jobs.ts"

export interface DrawerLimits {
  readonly heapMegabytes: number
  readonly timeoutMs: number
}

const CHILD = new URL("./child.ts", import.meta.url)

export class Drawer {
  readonly #limits: DrawerLimits
  #child: ChildProcess | null = null
  #lastId = 0

  constructor(limits: DrawerLimits) {
    this.#limits = limits
  }

  /**
   * @throws DrawError, ReportError as the child says; DrawError ERR_DRAW_UNAVAILABLE when it died or took too long
   */
  async draw(job: Job): Promise<Result> {
    // One that died between two jobs is replaced.
    if (this.#child && isGone(this.#child)) this.#child = null
    const child = (this.#child ??= started(this.#limits.heapMegabytes))
    this.#lastId += 1
    const answer = await this.#asked(child, { id: this.#lastId, job })
    if ("failure" in answer) throw errorOf(answer.failure)
    return answer.result
  }

  /** Ends the child and waits until it is gone. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child) await ended(child)
  }

  /** A child that failed once is not asked again. */
  async #asked(child: ChildProcess, request: Request): Promise<Answer> {
    try {
      return await exchange(child, request, this.#limits.timeoutMs)
    } catch (error) {
      await this.stop()
      throw error
    }
  }
}

function started(heapMegabytes: number): ChildProcess {
  const child = fork(CHILD, [], {
    serialization: "advanced",
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
    // Nothing of the gateway's environment is the child's business.
    env: {},
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  // Trouble between two jobs: end it. During a job `exchange` tells the caller.
  child.on("error", () => child.kill("SIGKILL"))
  return child
}

const isGone = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null

async function ended(child: ChildProcess): Promise<void> {
  if (isGone(child)) return
  child.ref()
  const gone = once(child, "exit")
  child.kill("SIGKILL")
  await gone
}

/** One question, one answer; whatever else happens to the child ends the exchange. */
function exchange(child: ChildProcess, request: Request, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => onError(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    const onMessage = (answer: Answer) => {
      if (answer.id === request.id) finish(() => resolve(answer))
    }
    const onExit = () => onError(new Error("it ended"))
    const onError = (cause: Error) =>
      finish(() => reject(unavailable(`the drawing process did not answer: ${cause.message}`, cause)))
    const finish = (settle: () => void) => {
      clearTimeout(late)
      child.off("message", onMessage).off("exit", onExit).off("error", onError)
      hold(child, false)
      settle()
    }
    hold(child, true)
    child.on("message", onMessage).on("exit", onExit).on("error", onError)
    child.send(request, (error) => {
      if (error) onError(error)
    })
  })
}

/** Only a child at work keeps the gateway process alive. */
function hold(child: ChildProcess, working: boolean): void {
  if (working) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
}

function errorOf({ code, message }: Extract<Answer, { failure: unknown }>["failure"]): Error {
  if (code === "ERR_REPORT_GLYPH") return new ReportError(code, message)
  if (code === "ERR_FRAME_FAULT" || code === "ERR_FRAME_UNSUITABLE") return new DrawError(code, message)
  return unavailable(message)
}

const unavailable = (message: string, cause?: unknown): DrawError =>
  new DrawError("ERR_DRAW_UNAVAILABLE", message, { cause })
