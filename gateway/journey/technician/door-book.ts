/**
 * The book of the doors for images (DICOM, STOW-RS, watched folders): who is here, who called last and how, and whom we turned away. Held in memory and bounded,
 * for whoever may call may also write in it.
 */
import { isAddress } from "../receive/peer-address.ts"
import type { InstanceHandler, InstanceIntake, InstanceSink } from "../ports/inbound.ts"
import type { Clock } from "../ports/time.ts"

/** One thing that happened at the door. */
export type DoorEvent =
  | { readonly what: "opened" | "ended" | "echo"; readonly callingAE: string }
  | {
      readonly what: "refused"
      readonly callingAE: string
      readonly status: number
      readonly comment: string
    }
  | (Caller & { readonly what: "rejected"; readonly reason: "calling-ae" | "called-ae" | "crowded" })
  | { readonly what: "handshake" | "stranger"; readonly remoteAddress: string }
  | {
      readonly what: "wrong-port"
      /** What the port is for, and what was spoken on it. */
      readonly expected: "dicom" | "tls"
      readonly met: string
      readonly remoteAddress: string
    }

/** Who called. */
interface Caller {
  readonly callingAE: string
  readonly calledAE: string
  readonly remoteAddress: string
  /** Hex, of the key shown in TLS; null in the clear. */
  readonly spkiSha256: string | null
}

/** What the book knows of one calling AE title that may send. */
export interface Visits {
  /** Associations open now. */
  readonly open: number
  readonly lastAt: string | null
  readonly lastEchoAt: string | null
  /** An object we did not take. */
  readonly lastRefusal: Refusal | null
}
export interface Refusal {
  readonly at: string
  /** C-STORE status (PS3.4 table B.2-1), and our comment on it. */
  readonly status: number
  readonly comment: string
}

/** Why somebody was turned away, in the order in which it is looked at. */
export type TurnedAwayWhy =
  | "tls-on-plain-port"
  | "plain-on-tls-port"
  | "not-dicom"
  | "tls-handshake"
  | "called-ae"
  | "unknown-ae"
  | "wrong-address"
  | "wrong-key"
  | "no-sender"
  | "crowded"

/** AE titles are "" where it did not come so far. */
export interface TurnedAway extends Caller {
  readonly why: TurnedAwayWhy
  readonly count: number
  readonly firstAt: string
  readonly lastAt: string
}

const MAX_TURNED_AWAY = 50
const NOBODY: Visits = { open: 0, lastAt: null, lastEchoAt: null, lastRefusal: null }

export class DoorBook {
  readonly #clock: Clock
  /** Who may call, by AE title, and from which addresses. */
  readonly #known: ReadonlyMap<string, readonly string[]>
  readonly #changed: () => void
  readonly #visits = new Map<string, Visits>()
  /** Oldest first. */
  readonly #turnedAway = new Map<string, TurnedAway>()

  /** @param changed told after each entry */
  constructor(clock: Clock, known: ReadonlyMap<string, readonly string[]>, changed: () => void) {
    this.#clock = clock
    this.#known = known
    this.#changed = changed
  }

  of(callingAE: string): Visits {
    return this.#visits.get(callingAE) ?? NOBODY
  }

  /** Newest first. */
  get turnedAway(): readonly TurnedAway[] {
    return [...this.#turnedAway.values()].reverse()
  }

  note(event: DoorEvent): void {
    const at = this.#clock.now().toISOString()
    switch (event.what) {
      case "opened":
        this.#visit(event.callingAE, ({ open }) => ({ open: open + 1, lastAt: at }))
        break
      case "ended":
        this.#visit(event.callingAE, ({ open }) => ({ open: Math.max(0, open - 1), lastAt: at }))
        break
      case "echo":
        this.#visit(event.callingAE, () => ({ lastEchoAt: at, lastAt: at }))
        break
      case "refused":
        this.#visit(event.callingAE, () => ({
          lastRefusal: { at, status: event.status, comment: event.comment },
        }))
        break
      case "rejected":
        this.#turnAway({ ...event, why: this.#why(event) }, at)
        break
      case "wrong-port":
        this.#turnAway({ ...NAMELESS, why: wrongPort(event), remoteAddress: event.remoteAddress }, at)
        break
      case "handshake":
        this.#turnAway({ ...NAMELESS, why: "tls-handshake", remoteAddress: event.remoteAddress }, at)
        break
      case "stranger":
        this.#turnAway({ ...NAMELESS, why: "no-sender", remoteAddress: event.remoteAddress }, at)
    }
    this.#changed()
  }

  #visit(callingAE: string, change: (before: Visits) => Partial<Visits>): void {
    const before = this.of(callingAE)
    this.#visits.set(callingAE, { ...before, ...change(before) })
  }

  #why({ reason, callingAE, remoteAddress }: DoorEvent & { what: "rejected" }): TurnedAwayWhy {
    if (reason === "crowded" || reason === "called-ae") return reason
    const addresses = this.#known.get(callingAE)
    if (addresses === undefined) return "unknown-ae"
    return isAddress(addresses, remoteAddress) ? "wrong-key" : "wrong-address"
  }

  /** One line for each cause, however often it is met; when there are too many, the one not met for longest goes. */
  #turnAway(who: Omit<TurnedAway, "count" | "firstAt" | "lastAt">, at: string): void {
    const { why, callingAE, calledAE, remoteAddress, spkiSha256 } = who
    const key = JSON.stringify([why, callingAE, calledAE, remoteAddress])
    const { count, firstAt } = this.#turnedAway.get(key) ?? { count: 0, firstAt: at }
    this.#turnedAway.delete(key)
    const line = {
      why,
      callingAE,
      calledAE,
      remoteAddress,
      spkiSha256,
      count: count + 1,
      firstAt,
      lastAt: at,
    }
    this.#turnedAway.set(key, line)
    const [oldest] = this.#turnedAway.keys()
    if (this.#turnedAway.size > MAX_TURNED_AWAY && oldest !== undefined) this.#turnedAway.delete(oldest)
  }
}

const NAMELESS = { callingAE: "", calledAE: "", spkiSha256: null }

function wrongPort({ expected, met }: DoorEvent & { what: "wrong-port" }): TurnedAwayWhy {
  if (expected === "dicom" && met === "tls") return "tls-on-plain-port"
  return expected === "tls" && met === "dicom" ? "plain-on-tls-port" : "not-dicom"
}

/** PS3.8 table 9-21, source 1. */
const CALLED_AE_NOT_RECOGNISED = 7

/** A handler whose callers are written down. */
export function watchedHandler(handler: InstanceHandler, book: DoorBook): InstanceHandler {
  return {
    associate: (callingAE, calledAE, remoteAddress, spkiSha256) => {
      const refused = handler.associate(callingAE, calledAE, remoteAddress, spkiSha256)
      const reason = refused?.reason === CALLED_AE_NOT_RECOGNISED ? "called-ae" : "calling-ae"
      if (refused !== null)
        book.note({ what: "rejected", reason, callingAE, calledAE, remoteAddress, spkiSha256 })
      return refused
    },
    crowded: (callingAE, calledAE, remoteAddress) => {
      const who = { callingAE, calledAE, remoteAddress, spkiSha256: null }
      book.note({ what: "rejected", reason: "crowded", ...who })
    },
    open: (association) => {
      book.note({ what: "opened", callingAE: association.callingAE })
      return watchedIntake(handler.open(association), association.callingAE, book)
    },
  }
}

function watchedIntake(intake: InstanceIntake, callingAE: string, book: DoorBook): InstanceIntake {
  return {
    begin: (instance) => watchedSink(intake.begin(instance), callingAE, book),
    echoed: () => book.note({ what: "echo", callingAE }),
    end: () => intake.end().finally(() => book.note({ what: "ended", callingAE })),
  }
}

function watchedSink(sink: InstanceSink, callingAE: string, book: DoorBook): InstanceSink {
  return {
    write: (dataSet) => sink.write(dataSet),
    finish: async () => {
      const answer = await sink.finish()
      if (answer.status !== 0) book.note({ what: "refused", callingAE, ...answer })
      return answer
    },
    abort: () => sink.abort(),
  }
}
