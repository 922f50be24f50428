/**
 * The world while it is frozen: what is here is read, and nothing of it changes. Whoever writes, signs, destroys or sends meets
 * ERR_FROZEN, which passes: devices and partners are told to come back, steps are run again when the freeze has ended.
 */
import { LeverError } from "../errors.ts"
import { isApproved } from "../read/draft.ts"
import { isFrozenOwner } from "../submit/report-documents.ts"
import type { KeyStore, PersonKeys } from "../ports/keys.ts"
import type { DocumentSource } from "../ports/outside.ts"
import type { Spool } from "../ports/spool.ts"
import type { Change, Ledger } from "../records/ledger.ts"
import type { World } from "../world.ts"
import type { Lever } from "../ports/levers.ts"

export function frozenWorld(world: World, { since }: Lever): World {
  const hold: Hold = (what) =>
    Promise.reject(new LeverError("ERR_FROZEN", `read-only since ${since}: ${what}`))
  return {
    ...world,
    spool: frozenSpool(world.spool, hold),
    ledger: frozenLedger(world.ledger, hold),
    keys: frozenKeys(world.keys, hold),
    personKeys: frozenPersonKeys(world.personKeys, hold),
    source: frozenSource(hold),
  }
}

/** Rejects with LeverError. */
type Hold = (what: string) => Promise<never>

/** Each method by name: a new one is thought of here before it compiles. */
const frozenSpool = (spool: Spool, hold: Hold): Spool => ({
  get slots() {
    return spool.slots
  },
  createSlot: () => hold("nothing is received"),
  openSegment: () => hold("nothing is received"),
  open: (place) => spool.open(place),
  scan: (options) => spool.scan(options),
  lost: (slotId, segmentId) => {
    spool.lost(slotId, segmentId)
  },
  destroySlot: () => hold("nothing is destroyed"),
  discardSegment: () => hold("nothing is destroyed"),
  sealColumn: (slotId, context, clear) => spool.sealColumn(slotId, context, clear),
  openColumn: (slotId, context, sealed) => spool.openColumn(slotId, context, sealed),
  usage: () => spool.usage(),
  hasRoom: () => Promise.resolve(false),
})

function frozenLedger(ledger: Ledger, hold: Hold): Ledger {
  const commit = async (changes: readonly Change[]): Promise<void> => {
    for (const change of changes) if (!(await isTaken(ledger, change))) return hold("nothing is changed")
    await ledger.commit(changes)
  }
  return { ...ledger, commit }
}

/**
 * Who read what is told as ever; and a reader's words that are being written are not lost, also when they were prepared for their
 * signature: these pages then serve no more, and lie where they lie until the freeze ends. What was approved stays as it is.
 */
async function isTaken(ledger: Ledger, change: Change): Promise<boolean> {
  if ("remove" in change) return change.remove === "documents" && isFrozenOwner(change.submissionId)
  if (!("put" in change)) return false
  if (change.put === "audit") return true
  if (change.put !== "report" || change.record.status !== "draft") return false
  const kept = await ledger.report(change.record.id)
  return kept === null || !isApproved(kept)
}

const frozenKeys = (keys: KeyStore, hold: Hold): KeyStore => ({
  decryptionKeys: () => keys.decryptionKeys(),
  chain: (key) => keys.chain(key),
  sign: () => hold("nothing is signed"),
  agree: (key, peerSpki) => keys.agree(key, peerSpki),
  decryptOaep: (key, ciphertext) => keys.decryptOaep(key, ciphertext),
})

/** No PIN is tried meanwhile. */
const frozenPersonKeys = (keys: PersonKeys, hold: Hold): PersonKeys => ({
  chain: (personId) => keys.chain(personId),
  needs: (personId) => keys.needs(personId),
  sign: () => hold("nothing is signed"),
})

const frozenSource = (hold: Hold): DocumentSource => ({
  provideAndRegister: () => hold("nothing is sent"),
})
