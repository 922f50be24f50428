/** Devices on record: those from which people may log in, where the desk asks for one. */
import type { AuditEvent } from "./audit.ts"
import type { DeviceHere, DeviceView } from "../views/device.ts"

/** What a desk asks of the device a person logs in on: nothing, or that it is on record. */
export type DeviceRule = "any" | "registered"

/** A device that is about to be registered: nothing of it opens anything until its code is used. */
export interface OfferedDevice {
  readonly id: string
  readonly label: string
  /** Who alone may log in on it; null = it is shared. */
  readonly ownerId: string | null
  /** YYYY-MM-DD; null = its display was not checked. */
  readonly qualifiedUntil: string | null
  /** As `foldDeviceCode` gives it; only its SHA-256 is kept. */
  readonly code: string
  readonly codeUntil: Date
  readonly by: string
  readonly at: Date
  /** What an officer agreed to, and the passkey's assertion over it; null = made at the machine. */
  readonly evidence: string | null
}

/** What speaks for a device, and for whom it may open the desk. */
export interface KnownDevice extends DeviceHere {
  readonly ownerId: string | null
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
}

/** Each change is durable together with what the audit trail is told of it, or neither is. */
export interface Devices {
  devices(): Promise<readonly DeviceView[]>
  offerDevice(device: OfferedDevice, event: AuditEvent): Promise<void>
  /** The device this code was made for; null when unknown, used, expired or taken back. */
  offeredDevice(code: string, now: Date): Promise<DeviceView | null>
  /** Uses the code up. False when it was used or taken back meanwhile, or the key is another device's, were it a lost one's. */
  registerDevice(code: string, publicKey: Uint8Array, now: Date, event: AuditEvent): Promise<boolean>
  /** null = never registered, or taken away. */
  knownDevice(id: string): Promise<KnownDevice | null>
  /** It opens nothing more and all its sessions end. False: there is none, or it was taken away before. */
  revokeDevice(
    id: string,
    act: { readonly by: string; readonly reason: string; readonly at: Date },
    event: AuditEvent,
  ): Promise<boolean>
}
