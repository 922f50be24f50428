/** Who calls at the recipient's door, and who is turned away there (ITI TF-2 3.19). */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { TLSSocket } from "node:tls"
import type { PeerIdentity } from "../../journey/ports/outside.ts"
import { peerCertificate } from "../http-door/peer-certificate.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import type { RecipientOptions, TurnedAway } from "./options.ts"

type Fault = Pick<TurnedAway, "reason" | "detail">

interface Caller {
  readonly agreement: string | null
  readonly spkiSha256: string | null
  readonly subject: string
  readonly fault: Fault | null
}

export class Callers {
  readonly #options: RecipientOptions

  constructor(options: RecipientOptions) {
    this.#options = options
  }

  /**
   * A finished handshake: unknown CA, expired, revoked or no certificate at all end here, before any HTTP; so does a
   * partner on an older TLS than its agreement says, which only now is known by name.
   */
  judge(socket: TLSSocket): void {
    const caller = this.#callerOn(socket)
    if (caller.fault === null) return
    this.#turnAway(caller.fault, caller.spkiSha256, socket)
    socket.destroy()
  }

  /** No handshake came about. */
  handshakeFailed(detail: string, socket: TLSSocket): void {
    const { spkiSha256 } = this.#callerOn(socket)
    this.#turnAway({ reason: "handshake", detail }, spkiSha256, socket)
  }

  /**
   * Asked at every request.
   *
   * @throws HttpRefusal 403
   */
  identify({ socket }: Pick<IncomingMessage, "socket">): PeerIdentity {
    // A connection may outlive the certificate it was opened with.
    const { agreement, spkiSha256, subject, fault } = this.#callerOn(socket)
    if (fault !== null || spkiSha256 === null) {
      if (fault !== null) this.#turnAway(fault, spkiSha256, socket)
      throw new HttpRefusal(403, "this certificate is not accepted any more")
    }
    if (agreement !== null) return { agreement, spkiSha256, remoteAddress: socket.remoteAddress ?? "" }
    const detail = `no agreement with the holder of ${subject}`
    this.#turnAway({ reason: "unknown-pin", detail }, spkiSha256, socket)
    throw new HttpRefusal(403, "this certificate belongs to no agreement")
  }

  /** Null for whoever would be turned away; nobody is told of it. */
  agreementOn(socket: Socket): string | null {
    const { agreement, fault } = this.#callerOn(socket)
    return fault === null ? agreement : null
  }

  /** Who is on the other end, by key and agreement, and what is wrong with coming so. */
  #callerOn(socket: Socket): Caller {
    const { certificate, fault } = peerCertificate(socket, this.#options.revoked)
    if (certificate === null) return { agreement: null, spkiSha256: null, subject: "", fault }
    const { agreement, spkiSha256 } = this.#options.identify(certificate)
    const subject = certificate.subject.replaceAll("\n", ", ")
    return { agreement, spkiSha256, subject, fault: fault ?? this.#tooOld(agreement, socket) }
  }

  #tooOld(agreement: string | null, socket: Socket): Fault | null {
    const protocol = socket instanceof TLSSocket ? socket.getProtocol() : null
    if (agreement === null || this.#options.speaksEnough(agreement, protocol)) return null
    const detail = `agreement ${agreement} is for a newer TLS than ${protocol ?? "none"}`
    return { reason: "tls-version", detail }
  }

  #turnAway(fault: Fault, spkiSha256: string | null, socket: Socket): void {
    this.#options.onRefused({ ...fault, spkiSha256, remoteAddress: socket.remoteAddress ?? "" })
  }
}
