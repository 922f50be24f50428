/** A small InstanceHandler that keeps the SHA-256 of every data set, and remembers what was asked of it. */
import { createHash } from "node:crypto"
import type {
  IncomingInstance,
  InstanceHandler,
  InstanceIntake,
  InstanceSink,
  StoreAnswer,
} from "../../../gateway/journey/ports/inbound.ts"

export interface Kept extends IncomingInstance {
  readonly sha256: string
  readonly lengthBytes: number
}

export class Collector implements InstanceHandler {
  readonly kept: Kept[] = []
  readonly aborted: string[] = []
  opened = 0
  ended = 0
  /** Called before each answer; may throw or change it. */
  answer: (kept: Kept) => StoreAnswer | Promise<StoreAnswer> = () => ({ status: 0, comment: "" })
  onWrite: (bytes: Uint8Array) => Promise<void> = () => Promise.resolve()
  calledAE = "DOKUEI"

  associate(_callingAE: string, calledAE: string): { source: number; reason: number } | null {
    return calledAE === this.calledAE ? null : { source: 1, reason: 7 }
  }

  open(): InstanceIntake {
    this.opened++
    return {
      begin: (instance) => this.#begin(instance),
      end: () => {
        this.ended++
        return Promise.resolve()
      },
    }
  }

  #begin(instance: IncomingInstance): InstanceSink {
    const hash = createHash("sha256")
    let lengthBytes = 0
    return {
      write: async (bytes) => {
        hash.update(bytes)
        lengthBytes += bytes.length
        await this.onWrite(bytes)
      },
      finish: async () => {
        const kept = { ...instance, sha256: hash.digest("hex"), lengthBytes }
        const answer = await this.answer(kept)
        if (answer.status === 0) this.kept.push(kept)
        return answer
      },
      abort: () => {
        this.aborted.push(instance.AffectedSOPInstanceUID)
        return Promise.resolve()
      },
    }
  }
}
