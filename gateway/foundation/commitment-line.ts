/**
 * Storage commitment on the wire, as its user towards the archive and as its provider towards the devices (PS3.4 J):
 * who is called where, and which association is used.
 */
import { associate } from "../actors/association-requestor/associate.ts"
import type { Association } from "../actors/association-requestor/association.ts"
import { action, eventReport } from "../actors/association-requestor/operations.ts"
import type { RemoteAE } from "../actors/association-requestor/remote.ts"
import type { StorageScp } from "../actors/storage-scp/listen.ts"
import { AssociationError } from "../journey/errors.ts"
import type { CommitmentHandler, CommitmentLine } from "../journey/ports/dicom-nodes.ts"
import { EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN } from "../standards/dicom/sop-classes.ts"
import { STORAGE_COMMITMENT_SOP_CLASS, STORAGE_COMMITMENT_SOP_INSTANCE } from "../standards/dicom/service.ts"
import {
  REQUEST_STORAGE_COMMITMENT,
  eventOf,
  readCommitmentResult,
  writeCommitmentRequest,
  writeCommitmentResult,
} from "../standards/dicom/storage-commitment.ts"
import { Malformed } from "../standards/malformed.ts"
import { errorFields } from "../log.ts"
import { remoteOf, type DicomConfig } from "./dicom-door.ts"
import type { Foundation } from "./foundation.ts"

export interface LineParts {
  readonly aeTitle: string
  readonly archive: RemoteAE | null
  /** Where a device takes the answers to its questions; null when nobody has told us. */
  readonly deviceOf: (aeTitle: string) => RemoteAE | null
  readonly scp: Pick<StorageScp, "report">
  readonly handler: CommitmentHandler
  readonly onFault: (fault: unknown) => void
}

export interface OpenLine extends CommitmentLine {
  /** Ends associations on which an archive's answer is still awaited. */
  close(): Promise<void>
}

/** Most archives answer at once and on the same association; what comes later comes to our door. */
const LINGER_MS = 30_000
const PROPOSAL = {
  abstractSyntax: STORAGE_COMMITMENT_SOP_CLASS,
  transferSyntaxes: [EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN],
}
const OF_COMMITMENT = {
  SOPClassUID: STORAGE_COMMITMENT_SOP_CLASS,
  SOPInstanceUID: STORAGE_COMMITMENT_SOP_INSTANCE,
}

export function commitmentLine(parts: LineParts): OpenLine {
  const lingering = new Set<Association>()
  return {
    ask: async (request) => {
      const { archive } = parts
      if (archive === null) throw new AssociationError("ERR_ASSOCIATION_ADDRESS", "no archive is configured")
      const answered = Promise.withResolvers<undefined>()
      const association = await associate(archive, [PROPOSAL], {
        callingAE: parts.aeTitle,
        onFault: parts.onFault,
        notified: async (_command, dataSet, transferSyntax) => {
          const result = read(dataSet, transferSyntax)
          if (result === null) return { status: 0x0115, comment: "not a commitment result" }
          const answer = await parts.handler.result(peerOf(parts.aeTitle, archive), result)
          if (result.TransactionUID === request.TransactionUID) answered.resolve(undefined)
          return answer
        },
      })
      try {
        await action(association, { ...OF_COMMITMENT, ActionTypeID: REQUEST_STORAGE_COMMITMENT }, (syntax) =>
          writeCommitmentRequest(request, syntax),
        )
      } catch (error) {
        await association.abort()
        throw error
      }
      lingering.add(association)
      void linger(association, answered.promise).finally(() => lingering.delete(association))
    },
    tell: async (aeTitle, result) => {
      if (await parts.scp.report(aeTitle, result)) return
      const device = parts.deviceOf(aeTitle)
      if (device === null)
        throw new AssociationError(
          "ERR_ASSOCIATION_ADDRESS",
          `${aeTitle} no longer listens where it asked, and no address of it is configured`,
        )
      const association = await associate(device, [{ ...PROPOSAL, asProvider: true }], {
        callingAE: parts.aeTitle,
      })
      try {
        await eventReport(association, { ...OF_COMMITMENT, EventTypeID: eventOf(result) }, (syntax) =>
          writeCommitmentResult(result, syntax),
        )
      } finally {
        await association.release()
      }
    },
    close: async () => {
      await Promise.all([...lingering].map((association) => association.abort()))
    },
  }
}

const peerOf = (calledAE: string, { aeTitle, host }: RemoteAE) => ({
  callingAE: aeTitle,
  calledAE,
  remoteAddress: host,
})

function read(dataSet: Uint8Array, transferSyntax: string) {
  try {
    return readCommitmentResult(dataSet, transferSyntax)
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}

/** Until the answer has come and was answered, the archive has gone, or patience ends. */
async function linger(association: Association, answered: Promise<unknown>): Promise<void> {
  const patience = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => patience.resolve(undefined), LINGER_MS)
  await Promise.race([answered, association.ended, patience.promise])
  clearTimeout(timer)
  await association.release()
}

/** The line as the configuration wants it. */
export async function openLine(
  dicom: DicomConfig,
  { archive, scp, commitments, base }: LineWiring,
): Promise<OpenLine> {
  const devices = new Map<string, RemoteAE>()
  for (const modality of dicom.modalities) {
    const remote = await remoteOf(dicom, modality, base)
    if (remote !== null) devices.set(modality.aeTitle, remote)
  }
  return commitmentLine({
    aeTitle: dicom.aeTitle,
    archive,
    deviceOf: (aeTitle) => devices.get(aeTitle) ?? null,
    scp,
    handler: commitments,
    onFault: (fault) => base.log("error", "commitment-fault", errorFields(fault)),
  })
}

interface LineWiring {
  readonly archive: RemoteAE | null
  readonly scp: StorageScp
  readonly commitments: CommitmentHandler
  readonly base: Pick<Foundation, "lists" | "lineKeys" | "log">
}
