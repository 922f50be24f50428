/** How far an exchange came when it broke → what that means for the submission (failure classes of errors.ts). */
import { SubmissionError } from "../../journey/errors.ts"

/**
 * `held`: on a connection that was open before, and nothing of the message handed over. `sending`: at least one byte of it
 * was, so the peer may have all of it.
 */
export type Progress = "connecting" | "handshake" | "connected" | "held" | "sending"

/** Node's and OpenSSL's words for a handshake that failed or a certificate that was refused. */
const TLS_CODE =
  /^(ERR_SSL_|ERR_TLS_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|EPROTO)/

export function failureOf(progress: Progress, cause: unknown): SubmissionError {
  if (cause instanceof SubmissionError) return cause
  const code = codeOf(cause)
  // In TLS 1.3 the server judges our certificate after our side of the handshake is over, and may just hang up: no
  // ambiguity before the first byte of the message, nor with an alert after it.
  if (progress === "handshake" || progress === "connected" || TLS_CODE.test(code))
    return new SubmissionError("ERR_SUBMISSION_TLS", `TLS with the recipient failed: ${wordsOf(cause)}`, {
      cause,
    })
  if (progress !== "sending")
    return new SubmissionError("ERR_SUBMISSION_UNREACHABLE", `no way to the recipient: ${wordsOf(cause)}`, {
      cause,
    })
  return new SubmissionError("ERR_SUBMISSION_UNANSWERED", `the exchange broke off: ${wordsOf(cause)}`, {
    cause,
  })
}

/** The recipient had begun to answer: what it would have said, nobody knows. */
export function cutAnswer(cause: unknown): SubmissionError {
  if (cause instanceof SubmissionError) return cause
  return new SubmissionError("ERR_SUBMISSION_UNANSWERED", `the answer broke off: ${wordsOf(cause)}`, {
    cause,
  })
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : "unknown cause"
}
