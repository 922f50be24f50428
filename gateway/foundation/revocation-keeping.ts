/**
 * Fetches the evidence that certificates name, outside of any verdict, and keeps it: asked for again halfway to its end, hard
 * expired by its own nextUpdate and by a configured age, on disk across restarts. Whoever judges takes what is at hand.
 */
import { RevocationError } from "../journey/errors.ts"
import { Malformed } from "../standards/malformed.ts"
import type { Certificate } from "../standards/hpki/certificate.ts"
import type { Crl } from "../standards/hpki/crl.ts"
import { evidenceNeeds, needKey, type EvidenceNeed } from "../standards/hpki/evidence-need.ts"
import { limitedAnswer, limitedList, refreshAt } from "../standards/hpki/fetched-evidence.ts"
import { answerEnd } from "../standards/hpki/ocsp-evidence.ts"
import type { OcspResponse } from "../standards/hpki/ocsp.ts"
import { dropEvidence, keepEvidence, readEvidenceFolder, type Kept } from "./evidence-folder.ts"
import { fetchEvidence, type FetchParts } from "./fetch-evidence.ts"

export interface RevocationParts extends FetchParts {
  readonly folder: string
  readonly maxAgeMs: number
  /** Lists from elsewhere, which may speak of a responder. */
  readonly otherLists: () => readonly Crl[]
  /** Something new is at hand: what waits for evidence is looked at again. */
  readonly onNews: () => void
  /** First failure in a row, and the recovery after one (null). */
  readonly onFault: (need: EvidenceNeed, error: Error | null) => void
  readonly onUnreadable: (name: string, error: Error) => void
}

/** How fetching from one address stands. */
export interface FetchState {
  readonly url: string
  readonly kind: EvidenceNeed["kind"]
  readonly issuer: string
  /** null: nothing has come yet. */
  readonly fetchedAt: Date | null
  /** Sentence of the last attempt; null when that went well. */
  readonly fault: string | null
}

export interface RevocationKeeping {
  crls(): readonly Crl[]
  /** The same with the address of each. */
  named(): readonly (readonly [url: string, crl: Crl])[]
  ocsp(): readonly OcspResponse[]
  /** Evidence about these paths will be needed; leaf first, a configured anchor last. */
  want(chains: readonly (readonly Certificate[])[]): void
  states(): readonly FetchState[]
  /** Addresses that certificates name and the configuration does not. */
  uncalled(): readonly string[]
  /** Fetches what is due now; `stop` waits for it. */
  look(): Promise<void>
  stop(): Promise<void>
}

interface Wanted {
  readonly need: EvidenceNeed
  kept: Kept | null
  /** As judged by: with its end brought forward by the configured age. */
  crl: Crl | null
  ocsp: OcspResponse | null
  wantedAt: Date
  dueAt: Date
  failures: number
  fault: string | null
}

const LOOK_MS = 30_000
const MAX_WANTED = 512
const FIRST_RETRY_MS = 60_000
const MAX_RETRY_MS = 60 * 60_000
/** An OCSP answer nobody asked for in so long is not asked for again; lists also stop TLS peers, and stay. */
const FORGET_MS = 7 * 24 * 60 * 60_000

export function keepRevocation(parts: RevocationParts): RevocationKeeping {
  const keeper = new Keeper(parts)
  const timer = setInterval(() => void keeper.look(), LOOK_MS)
  timer.unref()
  return {
    crls: () => keeper.all().flatMap(({ crl }) => crl ?? []),
    named: () => keeper.all().flatMap(({ need, crl }) => (crl === null ? [] : [[need.url, crl] as const])),
    ocsp: () => keeper.all().flatMap(({ ocsp }) => ocsp ?? []),
    want: (chains) => keeper.want(chains),
    states: () => keeper.all().map(stateOf),
    uncalled: () => keeper.uncalled(),
    look: () => keeper.look(),
    stop: () => {
      clearInterval(timer)
      return keeper.stop()
    },
  }
}

const stateOf = ({ need, kept, fault }: Wanted): FetchState => ({
  url: need.url,
  kind: need.kind,
  issuer: need.issuer.subject.text,
  fetchedAt: kept?.fetchedAt ?? null,
  fault,
})

class Keeper {
  readonly #parts: RevocationParts
  readonly #wanted = new Map<string, Wanted>()
  readonly #uncalled = new Set<string>()
  #looking: Promise<void> | null = null
  #stopped = false

  constructor(parts: RevocationParts) {
    this.#parts = parts
    for (const kept of readEvidenceFolder(parts.folder, parts.onUnreadable)) {
      if (parts.client.mayCall(kept.need.url)) this.#add(kept.need, kept, kept.fetchedAt)
    }
  }

  all(): readonly Wanted[] {
    return [...this.#wanted.values()]
  }

  uncalled(): readonly string[] {
    return [...this.#uncalled]
  }

  want(chains: readonly (readonly Certificate[])[]): void {
    const now = this.#parts.clock.now()
    let isNew = false
    for (const need of chains.flatMap(evidenceNeeds)) {
      const known = this.#wanted.get(needKey(need))
      if (known !== undefined) known.wantedAt = now
      else if (!this.#parts.client.mayCall(need.url)) this.#noteUncalled(need.url)
      else if (this.#wanted.size < MAX_WANTED) isNew = this.#add(need, null, now)
    }
    if (isNew) void this.look()
  }

  look(): Promise<void> {
    this.#looking ??= this.#fetchDue().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#looking
  }

  #noteUncalled(url: string): void {
    if (this.#uncalled.size < MAX_WANTED) this.#uncalled.add(new URL(url).origin)
  }

  #add(need: EvidenceNeed, kept: Kept | null, wantedAt: Date): true {
    const fresh = { need, kept, crl: null, ocsp: null, wantedAt, dueAt: wantedAt, failures: 0, fault: null }
    const wanted: Wanted = fresh
    if (kept !== null) this.#take(wanted, kept)
    this.#wanted.set(needKey(need), wanted)
    return true
  }

  #take(wanted: Wanted, kept: Kept): void {
    const { maxAgeMs } = this.#parts
    const { value, fetchedAt } = kept
    wanted.kept = kept
    if ("revoked" in value) {
      wanted.crl = limitedList(value, fetchedAt, maxAgeMs)
      wanted.dueAt = refreshAt(fetchedAt, wanted.crl.nextUpdate)
      return
    }
    wanted.ocsp = limitedAnswer(value, fetchedAt, maxAgeMs)
    const ends = wanted.ocsp.answers.map((answer) => answerEnd(answer).getTime())
    wanted.dueAt = refreshAt(fetchedAt, new Date(Math.min(...ends)))
  }

  /** One after the other: nobody waits for them, and no authority is to feel it. What was wanted meanwhile comes too. */
  async #fetchDue(): Promise<void> {
    for (let wanted = this.#nextDue(); wanted !== undefined; wanted = this.#nextDue())
      await this.#fetch(wanted)
  }

  #nextDue(): Wanted | undefined {
    const now = this.#parts.clock.now()
    return this.#stopped ? undefined : this.all().find(({ dueAt }) => dueAt <= now)
  }

  async #fetch(wanted: Wanted): Promise<void> {
    const { clock, folder } = this.#parts
    const { need, kept, wantedAt } = wanted
    const now = clock.now()
    if (need.kind === "ocsp" && now.getTime() - wantedAt.getTime() > FORGET_MS) {
      this.#wanted.delete(needKey(need))
      await dropEvidence(folder, need)
      return
    }
    try {
      const lists = [...this.#parts.otherLists(), ...this.all().flatMap(({ crl }) => crl ?? [])]
      const fetched = await fetchEvidence(this.#parts, need, kept, lists)
      await keepEvidence(folder, fetched)
      this.#take(wanted, fetched)
      this.#succeeded(wanted, kept === null || !sameOctets(kept, fetched))
    } catch (error) {
      this.#failed(wanted, faultOf(need, error))
    }
  }

  #succeeded(wanted: Wanted, isNews: boolean): void {
    const { onFault, onNews } = this.#parts
    if (wanted.failures > 0) onFault(wanted.need, null)
    wanted.failures = 0
    wanted.fault = null
    if (isNews) onNews()
  }

  #failed(wanted: Wanted, error: Error): void {
    const { clock, onFault } = this.#parts
    if (wanted.failures === 0) onFault(wanted.need, error)
    const afterMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(wanted.failures, 10))
    wanted.failures += 1
    wanted.fault = error.message
    wanted.dueAt = new Date(clock.now().getTime() + afterMs)
  }
}

const sameOctets = (a: Kept, b: Kept): boolean => Buffer.compare(a.octets, b.octets) === 0

/** Whatever it is: that a list does not come must not end the gateway. */
function faultOf({ url }: EvidenceNeed, error: unknown): Error {
  if (error instanceof Malformed)
    return new RevocationError("ERR_REVOCATION_INVALID", `${url}: ${error.message}`, { cause: error })
  if (error instanceof Error) return error
  throw error
}
