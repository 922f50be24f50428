/** What waits to be done, and how far each thing is. */

export type Verb =
  | "assemble"
  | "recode"
  | "package"
  | "submit"
  | "verify"
  | "expire"
  | "commit"
  | "deliver"
  | "notify"
  | "renew"
  | "stamp"
  | "sign"

export interface JobRecord {
  readonly id: string
  readonly verb: Verb
  /** Id of the thing the verb works on; one job runs per subject at a time. */
  readonly subject: string
  readonly runAt: string
  readonly attempts: number
  readonly failureCode: string | null
  /** Of a job that sends: its agreement. Read, never written: the ledger knows it by the subject. */
  readonly partner?: string
  /** It waits for a place on the line and for nothing else. Written, never read back. */
  readonly forPlace?: true
}

/** A station reached, for the way line and the timeline. */
export interface Milestone {
  readonly subject: string
  readonly name: string
  readonly at: string
}

/** So many, and since when the oldest of them waits. */
export interface Waiting {
  readonly count: number
  readonly oldestAt: string | null
}

/** What has arrived, and what waits: counted, for whoever watches the machine. */
export interface Standing {
  /** The newest thousand studies, newest first. */
  readonly arrivals: readonly {
    readonly callingAE: string
    readonly instances: number
    readonly lastAt: string
  }[]
  /**
   * On the way to a partner and not there yet, or given up. `stat`: how many of them are for STAT requests. Units count with
   * their bytes alone: the study they are part of is one thing that waits. `inUnits`: of how many studies units are in this state.
   */
  readonly outgoing: readonly {
    readonly agreement: string
    readonly state: "planned" | "sealed" | "sending" | "failed"
    readonly count: number
    readonly oldestAt: string
    readonly bytes: number
    readonly stat: number
    readonly inUnits: number
  }[]
  /** By agreement, when a submission of ours was last accepted. */
  readonly acceptedAt: ReadonlyMap<string, string | null>
  readonly commitments: Waiting
  readonly deliveries: { readonly planned: Waiting; readonly failed: Waiting }
}
