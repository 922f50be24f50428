/** The A-ASSOCIATE-RQ we send, and what came of each thing we proposed (PS3.8 7.1.1, PS3.7 annex D). */
import { MAX_PDU_LENGTH_BYTES } from "../../standards/dicom/pdu-reader.ts"
import { DICOM_APPLICATION_CONTEXT, type AssociateAC, type AssociateRQ } from "../../standards/dicom/pdu.ts"
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "../../standards/dicom/part10.ts"
import { CONTEXT_RESULT, MAX_CONTEXTS } from "../../standards/dicom/presentation-context.ts"
import type { Proposal } from "./remote.ts"

export function associateRequest(
  callingAE: string,
  calledAE: string,
  proposals: readonly Proposal[],
): AssociateRQ {
  if (proposals.length > MAX_CONTEXTS) throw new RangeError(`more than ${MAX_CONTEXTS} proposals`)
  const provided = new Set(
    proposals.filter((each) => each.asProvider === true).map((each) => each.abstractSyntax),
  )
  return {
    type: "A-ASSOCIATE-RQ",
    protocolVersion: 1,
    calledAE,
    callingAE,
    applicationContext: DICOM_APPLICATION_CONTEXT,
    contexts: proposals.map(({ abstractSyntax, transferSyntaxes }, index) => ({
      id: contextId(index),
      abstractSyntax,
      transferSyntaxes,
    })),
    userInformation: {
      maximumLengthBytes: MAX_PDU_LENGTH_BYTES,
      ImplementationClassUID: IMPLEMENTATION_CLASS_UID,
      ImplementationVersionName: IMPLEMENTATION_VERSION_NAME,
      // One operation at a time is what silence means (D.3.3.3).
      asynchronousOperations: null,
      roles: [...provided].map((SOPClassUID) => ({ SOPClassUID, scuRole: false, scpRole: true })),
      extended: [],
      commonExtended: [],
      userIdentity: null,
      userIdentityResponse: null,
    },
  }
}

const contextId = (index: number): number => index * 2 + 1

/** A context that may carry messages. */
export interface OpenContext {
  readonly id: number
  readonly abstractSyntax: string
  readonly transferSyntax: string
}

/**
 * What of the proposals was accepted. An answer without an item for our role as provider is taken as consent: many
 * devices do not write it though they await the notification; an answer that says no is obeyed.
 */
export function openContexts(proposals: readonly Proposal[], answer: AssociateAC): OpenContext[] {
  return proposals.flatMap(({ abstractSyntax, transferSyntaxes, asProvider = false }, index) => {
    const context = answer.contexts.find(({ id }) => id === contextId(index))
    const role = answer.userInformation.roles.find(({ SOPClassUID }) => SOPClassUID === abstractSyntax)
    const accepted = context?.result === CONTEXT_RESULT.acceptance
    // A syntax that was not offered cannot be spoken, whatever the answer says.
    if (!accepted || !transferSyntaxes.includes(context.transferSyntax)) return []
    if (asProvider && role?.scpRole === false) return []
    return [{ id: context.id, abstractSyntax, transferSyntax: context.transferSyntax }]
  })
}
