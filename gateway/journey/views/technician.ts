/** The machine and what it speaks with, as the technician's page shows them. */

/** One screen for whoever stands at the machine at three in the morning: does it arrive, does it leave, what do I do? */
export interface TechnicianView {
  readonly serverTime: string
  /** What was seen of devices and lines since then; before it the program was not running. */
  readonly since: string
  /** Our own AE title and ports, as devices must be set to. */
  readonly door: DoorView
  /** The worst first. Empty = nothing to do. */
  readonly lights: readonly Light[]
  readonly devices: readonly DeviceView[]
  readonly turnedAway: readonly TurnedAwayView[]
  readonly partners: readonly PartnerView[]
  /** Null where no archive is configured. */
  readonly archive: ArchiveView | null
  readonly timeStamp: ContactView
  /** Each by its host, where there are several; absent or empty else. */
  readonly timeStampAuthorities?: readonly (ContactView & { readonly name: string })[]
  /** The hospital's directory of people; null where none is configured. */
  readonly directory: DirectoryView | null
  readonly disk: DiskView
  /** Ours, and those of partners whose end is near. */
  readonly certificates: readonly {
    readonly use: string
    /** Name of the partner whose it is; null or absent = ours. */
    readonly partner?: string | null
    readonly notAfter: string
    readonly daysLeft: number
  }[]
  readonly lists: readonly {
    readonly issuer: string
    readonly nextUpdate: string
    readonly stale: boolean
    /** It will be soon, and no newer one has come. */
    readonly ending: boolean
  }[]
  /** Audit rows that are not in the trail yet. */
  readonly auditRows: number
  readonly clock: ClockView
  /** Audit Record Repositories the trail is sent to. */
  readonly collectors: readonly CollectorView[]
}

export interface ClockView {
  readonly check: "chrony" | "none"
  /** Further off nothing is signed. */
  readonly limitMs: number
  /** Null while nobody says how right it is. */
  readonly reading: {
    readonly offsetMs: number
    readonly boundMs: number
    readonly source: string
    readonly heardAt: string
  } | null
  /** ERR_CLOCK_OFF or ERR_CLOCK_UNKNOWN: nothing is signed. */
  readonly failureCode: string | null
  readonly failingSince: string | null
  /** A sentence for the log. */
  readonly detail: string
}

export interface CollectorView extends ContactView {
  readonly name: string
  /** Records it has not surely read, and when the first of them happened. */
  readonly waiting: number
  readonly waitingSince: string | null
}

export interface DoorView {
  readonly aeTitle: string
  readonly port: number
  /** Null without DICOM TLS. */
  readonly securePort: number | null
}

export interface Light {
  /** Code of errors.ts, or a name of docs/what-to-do.md. */
  readonly code: string
  /** red: something does not get through now · amber: somebody should look before it does not. */
  readonly tone: "red" | "amber"
  /** Null when nobody knows since when. */
  readonly since: string | null
  readonly ja: AdviceView
  readonly en: AdviceView
  /** What the page offers beside the steps. */
  readonly offer:
    | { readonly what: "echo"; readonly aeTitle: string }
    | { readonly what: "line"; readonly agreement: string }
    | { readonly what: "requests" }
    | null
  /** Who is called first, by the agreement; null where it is our own matter. */
  readonly call: string | null
}

export interface AdviceView {
  readonly title: string
  readonly note: string
  readonly steps: readonly string[]
}

export interface ContactView {
  /** It answered. */
  readonly lastSuccessAt: string | null
  readonly lastFailureAt: string | null
  readonly failingSince: string | null
  readonly failureCode: string | null
}

export interface DirectoryView extends ContactView {
  /** Host and port. */
  readonly name: string
  /** When the people who can be chosen were read; null = never. */
  readonly readAt: string | null
  readonly people: number
  /** Entries without an id or a name to be used. */
  readonly leftOut: number
}

export interface DeviceView {
  readonly aeTitle: string
  /** All its images are urgent. */
  readonly stat: boolean
  /** Associations open now. */
  readonly open: number
  readonly lastImageAt: string | null
  /** Images of studies of which something arrived today. */
  readonly today: number
  /** Its last C-ECHO to us. */
  readonly lastEchoAt: string | null
  /** The last object of it that was not taken. */
  readonly lastRefusal: { readonly at: string; readonly status: number; readonly comment: string } | null
  /** It can be called: its address is configured. */
  readonly callable: boolean
  /** It brings files (STOW-RS, a watched folder): nobody calls anybody. */
  readonly files: boolean
}

export interface TurnedAwayView {
  readonly why: string
  readonly callingAE: string
  readonly calledAE: string
  readonly remoteAddress: string
  readonly count: number
  readonly firstAt: string
  readonly lastAt: string
  /** What to write into the configuration so that it may come in; null where the device must be changed instead. */
  readonly line: string | null
}

export interface PartnerView extends ContactView {
  readonly agreement: string
  readonly name: string
  /** Submissions that wait or are being made. */
  readonly waiting: number
  /** Of these, for STAT requests. */
  readonly stat: number
  readonly oldestAt: string | null
  readonly sending: number
  readonly failed: number
  readonly bytes: number
  /** What is agreed of the line; null = all it gives. */
  readonly maxMbitPerSecond: number | null
  /** When images leave again that are not STAT; null = now. */
  readonly opensAt: string | null
  /** Null where the partner calls us. */
  readonly roadHome: RoadHomeView | null
}

/** A connection the hospital holds open, through which comes what the reading centre sends. */
export interface RoadHomeView {
  /** Null while there is none. */
  readonly connectedSince: string | null
  /** When something came over it last, a heartbeat at least. */
  readonly lastHeardAt: string | null
  /** Since when there is none; null while there is. */
  readonly downSince: string | null
  /** Code of errors.ts of the last attempt, where it failed; at the hospital only. */
  readonly failureCode: string | null
  /** When the centre said that another gateway with our certificate took our place; at the hospital only. */
  readonly replacedAt: string | null
  /** How many there were since the start. */
  readonly opened: number
}

export interface ArchiveView extends ContactView {
  readonly aeTitle: string
  readonly callable: boolean
  readonly lastEchoAt: string | null
  readonly commitmentsWaiting: number
  readonly reportsWaiting: number
  readonly reportsFailed: number
}

export interface DiskView {
  readonly freeBytes: number
  readonly totalBytes: number
  readonly warnBytes: number
  readonly refuseBytes: number
  readonly reserveBytes: number
  readonly state: "ok" | "low" | "refusing" | "full"
}

/** What came of a test. */
export interface TestResult {
  readonly ok: boolean
  readonly tookMs: number
  /** Code of errors.ts when it failed. */
  readonly code: string | null
  readonly ja: AdviceView | null
  readonly en: AdviceView | null
}
