/** A Document Recipient on loopback, a handler that remembers, and the certificates of everybody who may knock. */
import { createHash, X509Certificate } from "node:crypto"
import { listen, type Recipient } from "../../gateway/actors/document-recipient/listen.ts"
import type { RecipientLimits } from "../../gateway/actors/document-recipient/limits.ts"
import type {
  FailedSubmission,
  RecipientOptions,
  Turn,
  TurnedAway,
} from "../../gateway/actors/document-recipient/options.ts"
import { identifyBy, pinOf } from "../../gateway/actors/secure-node/pins.ts"
import { isBelow, type TlsProfile } from "../../gateway/actors/secure-node/profile.ts"
import { chainOf, revokedBy, type RevokedOf } from "../../gateway/actors/secure-node/revoked.ts"
import { clientTls, serverTls } from "../../gateway/actors/secure-node/tls.ts"
import type { SubmissionHandler, SubmissionIntake } from "../../gateway/journey/ports/inbound.ts"
import type { OutboundDocument, PeerIdentity } from "../../gateway/journey/ports/outside.ts"
import { readCertificate } from "../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../gateway/standards/hpki/crl.ts"
import type { DocumentEntry, Submission } from "../../gateway/standards/xds/submission.ts"
import { SOURCE_ID } from "../standards/xds/sample-submission.ts"
import { derOf, type TestCertificate, withCa } from "./certificates.ts"

export interface People {
  readonly caPem: string
  /** DER; names `revoked`. */
  readonly crl: Uint8Array
  readonly hospital: TestCertificate
  readonly center: TestCertificate
  readonly clinic: TestCertificate
  /** Of the same CA, in no agreement. */
  readonly stranger: TestCertificate
  readonly revoked: TestCertificate
  readonly expired: TestCertificate
  /** Of another CA. */
  readonly foreigner: TestCertificate
}

export function makePeople(): People {
  const foreigner = withCa("Other CA", (ca) => ca.issue("foreigner"))
  return withCa("Test CA", (ca) => {
    const revoked = ca.issue("revoked")
    return {
      caPem: ca.pem,
      hospital: ca.issue("hospital"),
      center: ca.issue("center"),
      clinic: ca.issue("clinic"),
      stranger: ca.issue("stranger"),
      expired: ca.issue("expired", { expired: true }),
      revoked,
      foreigner,
      crl: derOf(ca.crl(revoked)),
    }
  })
}

/** What a handler saw of one submission. */
export interface Seen {
  readonly peer: PeerIdentity
  readonly submission: Submission
  readonly messageId: string
  readonly documents: Map<string, { readonly lengthBytes: number; readonly sha1: string }>
  commits: number
  aborts: number
}

export class RememberingHandler implements SubmissionHandler {
  readonly seen: Seen[] = []
  begin: SubmissionHandler["begin"] = (peer, submission, messageId) => {
    const seen: Seen = { peer, submission, messageId, documents: new Map(), commits: 0, aborts: 0 }
    this.seen.push(seen)
    return Promise.resolve(this.intake(seen))
  }
  /** Replaced by tests that want a handler to misbehave. */
  document = async (seen: Seen, entry: DocumentEntry, octets: AsyncIterable<Uint8Array>): Promise<void> => {
    const sha1 = createHash("sha1")
    let lengthBytes = 0
    for await (const piece of octets) {
      sha1.update(piece)
      lengthBytes += piece.length
    }
    seen.documents.set(entry.entryUUID, { lengthBytes, sha1: sha1.digest("hex") })
  }
  commit: SubmissionIntake["commit"] = () => Promise.resolve([])

  get last(): Seen {
    return this.seen.at(-1)!
  }

  private intake(seen: Seen): SubmissionIntake {
    return {
      document: (entry, octets) => this.document(seen, entry, octets),
      commit: () => {
        seen.commits += 1
        return this.commit()
      },
      abort: () => {
        seen.aborts += 1
        return Promise.resolve()
      },
    }
  }
}

export interface Center {
  readonly url: string
  readonly port: number
  readonly handler: RememberingHandler
  readonly turnedAway: TurnedAway[]
  readonly failed: FailedSubmission[]
  readonly tolerated: string[]
  readonly faults: unknown[]
  readonly renewTls: Recipient["renewTls"]
  close(): Promise<void>
}

export async function openCenter(
  people: People,
  options: {
    readonly limits?: Partial<RecipientLimits>
    /** Of the listener and of agreement clinic-b; hospital-a is for TLS 1.3 in any case. */
    readonly profile?: TlsProfile
    /** Revocation lists in DER; may grow while the center is open. */
    readonly lists?: readonly Uint8Array[]
    /** sourceId values the hospital may send under; its own by default. */
    readonly sourceIds?: readonly string[]
    readonly turn?: Turn
    /** Who looks at what messages say of who acts; nobody by default. */
    readonly assertedBy?: NonNullable<RecipientOptions["assertedBy"]>
  } = {},
): Promise<Center> {
  const handler = new RememberingHandler()
  const turnedAway: TurnedAway[] = []
  const failed: FailedSubmission[] = []
  const tolerated: string[] = []
  const faults: unknown[] = []
  const recipient: Recipient = await listen(
    {
      host: "127.0.0.1",
      port: 0,
      tls: serverTls({ ...credentials(people, people.center), profile: options.profile ?? "1.3" }),
      identify: identifyBy({
        "hospital-a": [pinOf(people.hospital.x509)],
        "clinic-b": [pinOf(people.clinic.x509), pinOf(people.revoked.x509)],
      }),
      speaksEnough: (agreement, protocol) =>
        !isBelow(agreement === "clinic-b" ? (options.profile ?? "1.3") : "1.3", protocol),
      revoked: (certificate) => revokedOf(people, options.lists ?? [])(chainOf(certificate)),
      sourceOf: () => options.sourceIds ?? [SOURCE_ID],
      ...(options.turn === undefined ? {} : { turn: options.turn }),
      ...(options.assertedBy === undefined ? {} : { assertedBy: options.assertedBy }),
      limits: { closeTimeoutMs: 500, drainTimeoutMs: 1_000, ...options.limits },
      onRefused: (refusal) => turnedAway.push(refusal),
      onFailed: (submission) => failed.push(submission),
      onTolerated: (submission) => tolerated.push(...submission.faults),
      onFault: (fault) => faults.push(fault),
    },
    handler,
  )
  const { port } = recipient
  const url = `https://127.0.0.1:${port}/xdr/recipient`
  return {
    url,
    port,
    handler,
    turnedAway,
    failed,
    tolerated,
    faults,
    renewTls: recipient.renewTls,
    close: recipient.close,
  }
}

export const revokedOf = (people: People, lists: readonly Uint8Array[]): RevokedOf =>
  revokedBy(
    [readCertificate(new X509Certificate(people.caPem).raw)],
    () => lists.map(readCrl),
    () => new Date(),
  )

export function credentials(people: People, holder: TestCertificate) {
  return { chainPem: holder.chainPem, keyPem: holder.keyPem, trustedPem: people.caPem }
}

/** The TLS options with which `holder` calls the center. */
export function callingAs(people: People, holder: TestCertificate, pin = pinOf(people.center.x509)) {
  return clientTls(credentials(people, holder), [pin])
}

export function outbound(entryUUID: string, octets: Uint8Array): OutboundDocument {
  return {
    entryUUID,
    lengthBytes: octets.length,
    async *open() {
      await Promise.resolve()
      yield octets
    },
  }
}
