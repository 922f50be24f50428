/** What a desk is given when it opens, and what it gives back. */
import type { Server } from "node:net"
import type { TlsOptions } from "node:tls"
import type { OfficerDesk } from "../../journey/ports/accounts.ts"
import type { AuditEvent } from "../../journey/ports/audit.ts"
import type { CardVerdict } from "../../journey/ports/bindings.ts"
import type { Devices } from "../../journey/ports/devices.ts"
import type { DirectoryDesk } from "../../journey/ports/directory.ts"
import type { ReadersCards, SigningService } from "../../journey/ports/keys.ts"
import type { People } from "../../journey/ports/person.ts"
import type { Chance, Clock } from "../../journey/ports/time.ts"
import type { DeskEvent, SessionView } from "../../journey/views/session.ts"

/** Ids, codes, counts and times; never patient data. */
export type LogFields = Readonly<Record<string, string | number>>

/** One line for the operator. */
export type DeskLog = (level: "info" | "warn" | "error", event: string, fields: LogFields) => void

/** What a system may do at the staff desk, and nothing else: enter requests, list those it entered. */
export type MachineScope = "enter" | "list-own"

/** A system (not a person) with a bearer token. */
export interface MachineToken {
  readonly name: string
  readonly may: readonly MachineScope[]
  /** Lower-case hex SHA-256 of the bearer token. */
  readonly sha256: string
}

/** A second door, for those who come with a card. */
export interface CardDoorOptions {
  /** Address to listen on. */
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** Where browsers find it: https, another host name or port than the desk. Port 0 stands for the port that was given. */
  readonly origin: string
  /** As they are now: asks for a certificate and lets in whoever shows none, to be told so. */
  readonly tls: () => TlsOptions
  readonly onRenewed: (take: () => void) => void
  /** Who holds this chain (DER, leaf first)? */
  readonly judge: (chain: readonly Uint8Array[]) => Promise<CardVerdict>
  readonly guard?: (server: Server) => void
}

export interface DeskOptions {
  /** Address to listen on. */
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /**
   * What the browser shows: `https://reading.example.jp`. `http:` only for `localhost` and `*.localhost`, which
   * browsers treat as secure. Port 0 in it stands for the port that was given.
   */
  readonly origin: string
  /** Relying party id of the passkeys (WebAuthn §5.1.2): the origin's host name or a parent domain of it. */
  readonly rpId: string
  readonly siteName: string
  /** A person has frozen the gateway (ISO 8601); absent = nobody has. */
  readonly frozenSince?: string
  /** Folder of the built viewer; null serves the API alone. */
  readonly staticDir: string | null
  /** Certificate and key when the desk itself ends TLS; null behind a proxy or on localhost. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** IP addresses of proxies whose X-Forwarded-For is believed; none by default. */
  readonly proxies?: readonly string[]
  /** Keeps room for those who come to work; none by default. */
  readonly guard?: (server: Server) => void
  readonly people: People & Pick<Devices, "offeredDevice" | "registerDevice" | "knownDevice">
  readonly clock: Clock
  readonly chance: Chance
  readonly log: DeskLog
  /** Waited for before the answer: what could not be recorded does not happen. */
  readonly audit: (event: AuditEvent) => void | Promise<void>
  readonly agreements: SessionView["agreements"]
  readonly machineTokens: readonly MachineToken[]
  /** Accounts and certificates, for those who answer for them. */
  readonly officer: OfficerDesk
  /** People of the hospital to be chosen, at its staff desk; none by default. */
  readonly directory?: DirectoryDesk
  /** Where readers' keys are held, at a reading centre that has such a service; none by default. */
  readonly signingService?: SigningService
  /** Readers whose keys are on cards at their own PCs; none by default. */
  readonly readersCards?: ReadersCards
  /** People may come with a card; by default with passkeys alone. */
  readonly cards?: CardDoorOptions
  /** Between two pings of a live connection; a session that ended is noticed as fast. */
  readonly heartbeatMs?: number
}

/** A desk that listens. */
export interface OpenDesk {
  readonly port: number
  /** Of the door for cards; null = there is none. */
  readonly cardPort: number | null
  readonly origin: string
  /** Tells every live page of this desk. */
  notify(event: DeskEvent): void
  /** Ends live connections and running requests; resolves when the port is free. */
  close(): Promise<void>
}
