/**
 * What this SCP takes of an A-ASSOCIATE-RQ (PS3.8 7.1.1, PS3.7 annex D): C-ECHO, and C-STORE of every storage SOP
 * Class in every transfer syntax of PS3.6. The requestor's first syntax is taken: it knows best what its bytes are in.
 */
import { MAX_PDU_LENGTH_BYTES } from "../../standards/dicom/pdu-reader.ts"
import { DICOM_APPLICATION_CONTEXT, PDV_HEADER_BYTES } from "../../standards/dicom/pdu.ts"
import type { AssociateAC, AssociateRJ, AssociateRQ } from "../../standards/dicom/pdu.ts"
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "../../standards/dicom/part10.ts"
import { CONTEXT_RESULT } from "../../standards/dicom/presentation-context.ts"
import type { AnsweredContext, ProposedContext } from "../../standards/dicom/presentation-context.ts"
import { VERIFICATION_SOP_CLASS, storageSopClass, transferSyntax } from "../../standards/dicom/sop-classes.ts"

export interface AcceptedContext {
  readonly abstractSyntax: string
  readonly transferSyntax: string
}

/** PS3.8 table 9-21. */
const PERMANENT = 1
const TRANSIENT = 2
const rejection = (result: number, source: number, reason: number): AssociateRJ => ({
  type: "A-ASSOCIATE-RJ",
  result,
  source,
  reason,
})
/** Service user's own refusal, e.g. an AE title without agreement. */
export const userRejection = (source: number, reason: number): AssociateRJ =>
  rejection(PERMANENT, source, reason)
/** Presentation provider: temporary congestion. */
export const CONGESTION = rejection(TRANSIENT, 3, 1)
/** Presentation provider: local limit exceeded. */
export const LIMIT_EXCEEDED = rejection(TRANSIENT, 3, 2)

/** The smallest P-DATA-TF that carries anything: a PDV header and two bytes. */
const MIN_PEER_PDU_LENGTH_BYTES = PDV_HEADER_BYTES + 2

/** What forbids any association, whoever asks; null when nothing does. */
export function formalRejection(request: AssociateRQ): AssociateRJ | null {
  // 9.3.2: only bit 0 is tested.
  if ((request.protocolVersion & 1) === 0) return rejection(PERMANENT, 2, 2)
  if (request.applicationContext !== DICOM_APPLICATION_CONTEXT) return rejection(PERMANENT, 1, 2)
  const { maximumLengthBytes } = request.userInformation
  if (maximumLengthBytes !== 0 && maximumLengthBytes < MIN_PEER_PDU_LENGTH_BYTES)
    return rejection(PERMANENT, 1, 1)
  return null
}

function answer({ id, abstractSyntax, transferSyntaxes }: ProposedContext): AnsweredContext {
  // The syntax of a refused context is not significant, but the item must be there (9.3.3.2).
  const [first = ""] = transferSyntaxes
  if (abstractSyntax !== VERIFICATION_SOP_CLASS && !storageSopClass(abstractSyntax))
    return { id, result: CONTEXT_RESULT.abstractSyntaxNotSupported, transferSyntax: first }
  const known = transferSyntaxes.find((uid) => transferSyntax(uid) !== null)
  if (known === undefined)
    return { id, result: CONTEXT_RESULT.transferSyntaxesNotSupported, transferSyntax: first }
  return { id, result: CONTEXT_RESULT.acceptance, transferSyntax: known }
}

/** The answer to a request that is not rejected. */
export function acceptance(request: AssociateRQ): AssociateAC {
  const { roles, asynchronousOperations } = request.userInformation
  return {
    type: "A-ASSOCIATE-AC",
    protocolVersion: 1,
    calledAE: request.calledAE,
    callingAE: request.callingAE,
    applicationContext: DICOM_APPLICATION_CONTEXT,
    contexts: request.contexts.map(answer),
    userInformation: {
      maximumLengthBytes: MAX_PDU_LENGTH_BYTES,
      ImplementationClassUID: IMPLEMENTATION_CLASS_UID,
      ImplementationVersionName: IMPLEMENTATION_VERSION_NAME,
      // One at a time: a second C-STORE may be sent, it is performed after the first (D.3.3.3).
      asynchronousOperations: asynchronousOperations && { invoked: 1, performed: 1 },
      // We are never an SCU on this association (D.3.3.4).
      roles: roles.map(({ SOPClassUID, scuRole }) => ({ SOPClassUID, scuRole, scpRole: false })),
      extended: [],
      commonExtended: [],
      userIdentity: null,
      userIdentityResponse: null,
    },
  }
}

/** Contexts that may carry messages, by id. */
export function acceptedContexts(
  request: AssociateRQ,
  answered: AssociateAC,
): ReadonlyMap<number, AcceptedContext> {
  const results = new Map(answered.contexts.map((context) => [context.id, context]))
  return new Map(
    request.contexts.flatMap(({ id, abstractSyntax }) => {
      const context = results.get(id)
      return context?.result === CONTEXT_RESULT.acceptance
        ? [[id, { abstractSyntax, transferSyntax: context.transferSyntax }] as const]
        : []
    }),
  )
}
