import { FrameFault } from "../image/frame-body.ts"
import type { StoredPixels } from "../image/presentation.ts"
import type { DecodeAnswer, DecodeTask } from "./decode-task.ts"

interface Waiting {
  readonly resolve: (pixels: StoredPixels) => void
  readonly reject: (fault: FrameFault) => void
}

/** Two decoders, one on a small machine: more only take memory from the page. */
const MAX_WORKERS = 2
const workersFor = (cores: number): number => (cores <= 2 ? 1 : MAX_WORKERS)

/** Workers that decode frames; tasks go to whoever has least to do. */
export class DecoderPool {
  readonly #workers: { readonly worker: Worker; readonly waiting: Map<number, Waiting> }[]
  #nextId = 1

  constructor(cores: number = navigator.hardwareConcurrency) {
    this.#workers = Array.from({ length: workersFor(cores) }, () => this.#start())
  }

  /** Pixels of one frame. The bytes are copied: the caller may keep them. Rejects with FrameFault. */
  decode(task: Omit<DecodeTask, "id" | "bytes">, bytes: Uint8Array): Promise<StoredPixels> {
    const idlest = this.#workers.reduce((least, one) => (one.waiting.size < least.waiting.size ? one : least))
    const id = this.#nextId++
    const copy = bytes.slice()
    return new Promise((resolve, reject) => {
      idlest.waiting.set(id, { resolve, reject })
      idlest.worker.postMessage({ ...task, id, bytes: copy } satisfies DecodeTask, [copy.buffer])
    })
  }

  close(): void {
    for (const { worker, waiting } of this.#workers) {
      worker.terminate()
      for (const { reject } of waiting.values()) reject(new FrameFault("decode", "the decoder was closed"))
    }
  }

  #start(): { readonly worker: Worker; readonly waiting: Map<number, Waiting> } {
    const worker = new Worker(new URL("./decode.worker.ts", import.meta.url), { type: "module" })
    const waiting = new Map<number, Waiting>()
    worker.addEventListener("message", ({ data }: MessageEvent<DecodeAnswer>) => {
      const waiter = waiting.get(data.id)
      waiting.delete(data.id)
      if ("pixels" in data) waiter?.resolve(data.pixels)
      else waiter?.reject(new FrameFault(data.fault, data.message))
    })
    worker.addEventListener("error", (event) => {
      for (const { reject } of waiting.values()) reject(new FrameFault("decode", event.message))
      waiting.clear()
    })
    return { worker, waiting }
  }
}
