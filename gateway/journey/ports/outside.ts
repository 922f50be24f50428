/** Services outside this machine that steps call. */
import type { CodedValue } from "../../standards/saml/assertion.ts"
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import type { ReadIn } from "./media.ts"

export interface Post {
  /** Handed to the mail server when it resolves. Throws MailError; a second call sends a second mail. */
  send(mail: { readonly to: string; readonly subject: string; readonly text: string }): Promise<void>
}

export interface TimeStampAuthority {
  /** RFC 3161 token (ContentInfo DER) over SHA-256 of `bytes`; checked for imprint and nonce. Throws TimeStampError. */
  stamp(bytes: Uint8Array): Promise<Uint8Array>
}

/** A peer as the TLS layer knows it. */
export interface PeerIdentity {
  /** Agreement id whose pin the certificate fits. */
  readonly agreement: string
  /** Hex SHA-256 of the SubjectPublicKeyInfo. */
  readonly spkiSha256: string
  readonly remoteAddress: string
  /** It comes on a medium that a person reads in at this machine: no key was shown, the seal says whose it is. */
  readonly onMedium?: ReadIn
  /** Who acts there, as the partner vouches for in this message; absent = nothing is said, or nobody looks. */
  readonly asserted?: AssertedUser | null
}

/** Who acts in a message between gateways, by its assertion (IHE XUA). */
export interface AssertedUser {
  /** NameID: a certificate's subject, an account, or a system. */
  readonly userId: string
  /** For audit messages: `alias<user@issuer>` (ITI TF-2 3.40.4.2). */
  readonly userName: string
  readonly roles: readonly CodedValue[]
  readonly purposes: readonly CodedValue[]
}

export interface OutboundDocument {
  readonly entryUUID: string
  readonly lengthBytes: number
  /** May be called again for a retry; yields the same bytes. */
  open(): AsyncIterable<Uint8Array>
}

/**
 * @param bytesSent of a submission that were handed to the socket, with what stands around its documents
 * @param bytesBefore of these by earlier attempts, and not again by this one; absent = none
 */
export type SendProgress = (bytesSent: number, bytesBefore?: number) => void

/**
 * An attempt begins: once there is a connection to send over, also where that was waited for, and before an octet leaves. It
 * gives the wsse:Security header of this attempt, null = none. What it throws comes through, and nothing has left.
 */
export type BeginAttempt = () => Promise<string | null>

export interface DocumentSource {
  /** One ITI-41 attempt. Resolves with whatever RegistryResponse came; throws SubmissionError otherwise.
   *  `begin` is called once at most: never when no connection can be had. */
  provideAndRegister(
    agreement: string,
    submission: Submission,
    documents: readonly OutboundDocument[],
    messageId: string,
    progress: SendProgress,
    begin?: BeginAttempt,
  ): Promise<RegistryResponse>
}
