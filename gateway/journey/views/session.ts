/** Who is logged in, and what the page is told as it happens. */
import type { DeviceHere } from "./device.ts"
import type { ConsentPolicy } from "./request.ts"
import type { Urgency } from "./study.ts"

export interface SessionView {
  readonly person: {
    readonly id: string
    readonly name: string
    readonly role: "radiologist" | "clerk" | "officer" | "system"
  } | null
  readonly site: string
  readonly desk: "reading" | "staff"
  /** Where people log in who come with a card (HPKI authentication certificate); absent = there is no such door. */
  readonly cards?: string
  /** People log in on registered devices alone; absent = on any. */
  readonly registeredDevices?: true
  /** The registered device of this session; absent = it is not on record. */
  readonly device?: DeviceHere
  /** People are chosen from the hospital's directory; absent = there is none, they are written. */
  readonly directory?: true
  /** What is here is read, and nothing of it changes; absent = it is not so. */
  readonly frozenSince?: string
  readonly serverTime: string
  readonly idleMs: number
  readonly agreements: readonly {
    readonly id: string
    readonly partner: string
    /** A request is due so long after it is entered. */
    readonly dueMinutes: Readonly<Record<Urgency, number>>
    /** Empty = no consent is asked for. */
    readonly consentPolicies: readonly ConsentPolicy[]
    /** A person enters the number a patient has in the affinity domain of the partner's repository; absent = none is asked for. */
    readonly affinityNumbers?: true
    /** Who may be named as reader; absent = the agreement names nobody. */
    readonly readers?: readonly string[]
  }[]
}

/** Sent over the WebSocket; the page asks again for what changed. */
export interface DeskEvent {
  /** changed: a request, or the lists · devices: devices, lines or the disk, of the technician's page. */
  readonly kind: "changed" | "devices" | "resync" | "session-ended"
  readonly requestId: string | null
  readonly at: string
}
