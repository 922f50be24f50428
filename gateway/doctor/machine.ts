/** What a machine tells of itself when asked; null where it did not, with the reason beside. */

export interface Told<T> {
  readonly value: T | null
  /** Why it is null. */
  readonly why: string
}

export interface Listener {
  readonly address: string
  readonly port: number
}

/** A tunnel as strongSwan has it. */
export interface Tunnel {
  readonly connection: string
  /** `10.90.1.1/32[tcp]` */
  readonly local: string
  readonly remote: string
  /** `AES_GCM_16-256` */
  readonly cipher: string
  readonly installed: boolean
}

export interface Backup {
  /** ISO 8601. */
  readonly takenAt: string
  readonly target: string
  /** Whole ones on that target. */
  readonly generations: number
  /** The target lies on the disk of the data. */
  readonly sameDisk: boolean
}

/** A lever of an incident that is pulled. */
export interface PulledLever {
  readonly lever: "isolated" | "frozen"
  readonly by: string
  readonly reason: string
  /** ISO 8601. */
  readonly since: string
}

export interface Machine {
  /** Files that are not as the site file wants them, one line each. */
  readonly differing: Told<readonly string[]>
  /** Packets by counter of our table; null where the table is not loaded. */
  readonly counters: Told<ReadonlyMap<string, number>>
  /** Policy by chain of our table. */
  readonly policies: Told<ReadonlyMap<string, string>>
  readonly forwarding: Told<boolean>
  /** Where the kernel would send to this address: its words. */
  readonly ways: ReadonlyMap<string, string>
  readonly listeners: Told<readonly Listener[]>
  readonly tunnels: Told<readonly Tunnel[]>
  /** IKE suites that were agreed: `AES_GCM_16-256/PRF_HMAC_SHA2_384/ECP_384`. */
  readonly suites: Told<readonly string[]>
  /** Bound of the clock's error in milliseconds, and how many sources agree. */
  readonly clock: Told<{ readonly boundMs: number; readonly source: string }>
  readonly wireless: Told<readonly string[]>
  /** Of the folder the gateway keeps its data in. */
  readonly dataVolume: Told<{ readonly isEncrypted: boolean; readonly freeMiB: number }>
  readonly swap: Told<boolean>
  /** Files with secrets, with their mode. */
  readonly secrets: readonly { readonly path: string; readonly mode: Told<number> }[]
  /** Versions of TLS that our own door for partners takes. */
  readonly doorVersions: Told<readonly string[]>
  readonly certificates: readonly { readonly path: string; readonly notAfter: Told<Date> }[]
  /** None in the ordinary way. */
  readonly levers: Told<readonly PulledLever[]>
  /** What `dokuei backup` has noted of its last success; `none` where it never had one. */
  readonly backup: Told<Backup | "none">
}
