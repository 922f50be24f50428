/** Mail by SMTP submission (RFC 6409) over TLS: from its first octet (RFC 8314), or by STARTTLS that is not optional. Answers the port `Post`. */
import { Socket } from "node:net"
import { createTransport } from "nodemailer"
import { MailError } from "../../journey/errors.ts"
import type { Post } from "../../journey/ports/outside.ts"

export interface MailServer {
  readonly host: string
  readonly port: number
  /** `implicit`: TLS from the first octet, customary port 465. `starttls`: 587. */
  readonly tls: "implicit" | "starttls"
  /** Authorities of its certificate, PEM; it must be made out to `host`. */
  readonly trustedPem: string
  /** null = the server knows us by our address. */
  readonly login: { readonly user: string; readonly password: string } | null
}

/** Nothing comes for so long. */
const TIMEOUT_MS = 20_000
/** One mail, however busily the server talks. */
const LONGEST_MS = 120_000

/** One connection for each mail: there are few. */
export function mailSender(server: MailServer, from: string, longestMs = LONGEST_MS): Post {
  const { host, port, tls, trustedPem, login } = server
  const options = {
    host,
    port,
    secure: tls === "implicit",
    requireTLS: true,
    tls: { ca: trustedPem, minVersion: "TLSv1.2" },
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // A mail is text of ours; nothing in it names a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  } as const
  return {
    send: async ({ to, subject, text }) => {
      const socket = new Socket()
      const giveUp = setTimeout(() => socket.destroy(), longestMs)
      // Not when the mail is sent: the leave that is taken afterwards is a part of it.
      socket.once("close", () => clearTimeout(giveUp))
      const transport = createTransport({ ...options, socket })
      try {
        // RFC 3834 5: nobody's out-of-office answers.
        await transport.sendMail({ from, to, subject, text, headers: { "Auto-Submitted": "auto-generated" } })
      } catch (cause) {
        throw mailError(host, cause)
      }
    },
  }
}

/** Whatever the socket says (a certificate that does not fit, too) is Nodemailer's ESOCKET; its words are Node's, not the server's. */
function mailError(host: string, cause: unknown): MailError {
  const { code, responseCode, message } = cause instanceof Error ? (cause as Told) : {}
  if (typeof responseCode === "number" && responseCode >= 500)
    return new MailError("ERR_MAIL_REFUSED", `${host} refuses the mail (${responseCode})`, { cause })
  const why = typeof responseCode === "number" ? responseCode : code === "ESOCKET" ? message : code
  return new MailError("ERR_MAIL_UNREACHABLE", `${host} does not take the mail (${String(why)})`, { cause })
}

interface Told {
  readonly code?: unknown
  readonly responseCode?: unknown
  readonly message?: string
}
