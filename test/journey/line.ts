/**
 * The line between two gateways in one process: what one submits is handed to the other's door at once, and any attempt
 * can be made to fail in every way a line fails. Octets of every attempt are kept as digests.
 */
import { createHash } from "node:crypto"
import { refusalOf } from "../../gateway/actors/document-recipient/refusal.ts"
import { SubmissionError } from "../../gateway/journey/errors.ts"
import type { SubmissionHandler } from "../../gateway/journey/ports/inbound.ts"
import type { DocumentSource, OutboundDocument } from "../../gateway/journey/ports/outside.ts"
import { SoapFault } from "../../gateway/standards/soap/fault.ts"
import type { RegistryResponse } from "../../gateway/standards/xds/registry-response.ts"
import type { Submission } from "../../gateway/standards/xds/submission.ts"
import { isCrash } from "./fuse.ts"

/**
 * unreachable: nothing was sent · cut: the line broke after the first document · busy, refused: said by the other side ·
 * lost: it committed, and its answer never came · late: it is answered, and gets there when the test says so
 */
export type LineFault = "unreachable" | "cut" | "busy" | "refused" | "lost" | "late"

export interface Attempt {
  readonly kind: string
  readonly submissionSetUid: string
  /** Digest over metadata and octets as they were sent; "" when nothing was. */
  readonly sha256: string
  readonly fault: LineFault | null
}

export class Line {
  readonly attempts: Attempt[] = []
  /** What is answered and has not got there; each delivers one. */
  readonly late: (() => Promise<RegistryResponse>)[] = []
  /** What happens to this attempt? `again` counts the attempts of its SubmissionSet before. */
  fault: (kind: string, again: number) => LineFault | null = () => null
  /** Between the other side's commit and its answer. */
  beforeAnswer: (kind: string) => Promise<void> = () => Promise.resolve()

  /** How one side submits to the other's door, as the partner it is there. */
  source(door: () => SubmissionHandler, asPartner: string): DocumentSource {
    return {
      provideAndRegister: async (_agreement, submission, documents, messageId, _progress, begin) => {
        await begin?.()
        const kind = submission.submissionSet.contentTypeCode!.code
        const submissionSetUid = submission.submissionSet.uniqueId
        const again = this.attempts.filter((each) => each.submissionSetUid === submissionSetUid).length
        const fault = this.fault(kind, again)
        const attempt = { kind, submissionSetUid, fault }
        if (fault === "unreachable") {
          this.attempts.push({ ...attempt, sha256: "" })
          throw new SubmissionError("ERR_SUBMISSION_UNREACHABLE", "the line is down")
        }
        const sent = await octetsOf(submission, documents)
        this.attempts.push({ ...attempt, sha256: sent.sha256 })
        if (fault === "busy") return failure("XDSRepositoryBusy")
        if (fault === "refused") return failure("XDSRepositoryError")
        if (fault === "late") {
          this.late.push(() => this.#deliver(door(), asPartner, sent, messageId, null, kind))
          return { status: "Success", errors: [] }
        }
        return this.#deliver(door(), asPartner, sent, messageId, fault, kind)
      },
    }
  }

  async #deliver(
    door: SubmissionHandler,
    agreement: string,
    sent: Sent,
    messageId: string,
    fault: LineFault | null,
    kind: string,
  ): Promise<RegistryResponse> {
    try {
      const peer = { agreement, spkiSha256: "", remoteAddress: "192.0.2.1" }
      // As it would come off the wire: values, not our objects.
      const submission = JSON.parse(JSON.stringify(sent.submission)) as Submission
      const intake = await door.begin(peer, submission, messageId)
      try {
        for (const [index, entry] of submission.documentEntries.entries()) {
          if (fault === "cut" && index > 0) throw new Cut("the line broke")
          await intake.document(entry, inPieces(sent.octets.get(entry.entryUUID) ?? new Uint8Array(0)))
        }
        const warnings = await intake.commit()
        await this.beforeAnswer(kind)
        if (fault === "lost") throw new Cut("the answer was lost")
        return { status: "Success", errors: warnings.map((each) => ({ ...each, severity: "Warning" })) }
      } catch (error) {
        // The answer to what was committed is lost on the line, not at the door.
        if (!(error instanceof Cut && fault === "lost")) await intake.abort()
        throw error
      }
    } catch (error) {
      if (error instanceof Cut || isCrash(error))
        throw new SubmissionError("ERR_SUBMISSION_UNANSWERED", "the connection ended before the answer", {
          cause: error,
        })
      const { answer } = refusalOf(error, true)
      if (answer instanceof SoapFault) throw answer
      return answer
    }
  }
}

class Cut extends Error {}

interface Sent {
  readonly submission: Submission
  readonly octets: ReadonlyMap<string, Uint8Array>
  readonly sha256: string
}

/** Reads every document whole, and checks what a real recipient's door checks: length and SHA-1. */
async function octetsOf(submission: Submission, documents: readonly OutboundDocument[]): Promise<Sent> {
  const digest = createHash("sha256").update(JSON.stringify(submission))
  const octets = new Map<string, Uint8Array>()
  for (const document of documents) {
    const pieces: Uint8Array[] = []
    for await (const piece of document.open()) pieces.push(piece)
    const bytes = Buffer.concat(pieces)
    const entry = submission.documentEntries.find((each) => each.entryUUID === document.entryUUID)
    const sha1 = createHash("sha1").update(bytes).digest("hex")
    if (bytes.length !== document.lengthBytes || entry?.size !== bytes.length || entry.hash !== sha1)
      throw new Error("metadata and octets disagree")
    digest.update(bytes)
    octets.set(document.entryUUID, bytes)
  }
  return { submission, octets, sha256: digest.digest("hex") }
}

const PIECE_BYTES = 1000

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    yield await Promise.resolve(bytes.subarray(at, at + PIECE_BYTES))
}

function failure(errorCode: string): RegistryResponse {
  return { status: "Failure", errors: [{ errorCode, codeContext: "said by the test", severity: "Error" }] }
}
