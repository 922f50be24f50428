/** What one run of the bench was asked for. */
export interface Asked {
  readonly rounds: number
  /** Images of 512 KiB in `ingest`, `durability` and `package`. */
  readonly instances: number
  /** Images of 512 KiB in `loop`. */
  readonly loopInstances: number
  /** Size of the multi-frame in `memory`, in MiB. */
  readonly multiFrameMiB: number
  /** Objects in the spool in `start`. */
  readonly objects: number
  /** Instances the full ledger of `ledger` holds. */
  readonly ledgerInstances: number
  /** Folder to work in; the system's temporary one when null. */
  readonly parent: string | null
  readonly say: (line: string) => void
}
