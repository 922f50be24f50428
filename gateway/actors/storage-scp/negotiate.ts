/**
 * What this SCP takes of an A-ASSOCIATE-RQ (PS3.8 7.1.1, PS3.7 annex D): C-ECHO, C-STORE of every storage SOP Class in
 * every transfer syntax of PS3.6 and those named beside it, and Storage Commitment in both roles.
 */
import { MAX_PDU_LENGTH_BYTES } from "../../standards/dicom/pdu-reader.ts"
import { DICOM_APPLICATION_CONTEXT, type AssociateAC, type AssociateRQ } from "../../standards/dicom/pdu.ts"
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "../../standards/dicom/part10.ts"
import {
  CONTEXT_RESULT,
  type AnsweredContext,
  type ProposedContext,
} from "../../standards/dicom/presentation-context.ts"
import { serviceOf, type Service } from "../../standards/dicom/service.ts"
import {
  EXPLICIT_VR_LITTLE_ENDIAN,
  IMPLICIT_VR_LITTLE_ENDIAN,
  type TransferSyntaxOf,
} from "../../standards/dicom/sop-classes.ts"
import type { ExtendedNegotiation, RoleSelection } from "../../standards/dicom/user-information.ts"

/** What is offered to one calling AE title. */
export interface Offer {
  readonly services: ReadonlySet<Service>
  /** SOP Classes outside PS3.6 that are taken as storage. */
  readonly privateSopClasses: ReadonlySet<string>
  /** Take as storage what the requestor says is storage (PS3.7 D.3.3.6), though we do not know it. */
  readonly declaredStorage: boolean
  /** Transfer syntaxes that objects are stored in. */
  readonly syntaxOf: TransferSyntaxOf
}

export interface AcceptedContext {
  readonly abstractSyntax: string
  readonly transferSyntax: string
  readonly service: Service
  /** May the peer invoke operations (SCU), may it send us notifications (SCP)? */
  readonly peer: { readonly scu: boolean; readonly scp: boolean }
}

/** Everything decided about a request that is not rejected. */
export interface Negotiated {
  readonly answer: AssociateAC
  /** Contexts that may carry messages, by id. */
  readonly contexts: ReadonlyMap<number, AcceptedContext>
  /** Operations the peer may have under way at once. */
  readonly window: number
}

/**
 * C-STOREs whose answers may be outstanding: so many share one sync of the disk. More gain nothing, and each holds what
 * it has of keys and digests.
 */
export const MAX_OPERATIONS = 8

export function negotiate(request: AssociateRQ, offer: Offer): Negotiated {
  const { asynchronousOperations, extended } = request.userInformation
  const contexts = new Map<number, AcceptedContext>()
  const window = windowOf(asynchronousOperations?.invoked ?? 1)
  const answered = request.contexts.map((proposed) => {
    const { context, accepted } = judge(proposed, request, offer)
    if (accepted) contexts.set(context.id, accepted)
    return context
  })
  const answer: AssociateAC = {
    type: "A-ASSOCIATE-AC",
    protocolVersion: 1,
    calledAE: request.calledAE,
    callingAE: request.callingAE,
    applicationContext: DICOM_APPLICATION_CONTEXT,
    contexts: answered,
    userInformation: {
      maximumLengthBytes: MAX_PDU_LENGTH_BYTES,
      ImplementationClassUID: IMPLEMENTATION_CLASS_UID,
      ImplementationVersionName: IMPLEMENTATION_VERSION_NAME,
      // Of ours there is never more than one notification under way.
      asynchronousOperations: asynchronousOperations && { invoked: window, performed: 1 },
      roles: answeredRoles(request, [...contexts.values()]),
      extended: answeredExtensions(extended, [...contexts.values()]),
      // Common extended negotiation has no answer (D.3.3.6.2), and neither has an identity we do not check.
      commonExtended: [],
      userIdentity: null,
      userIdentityResponse: null,
    },
  }
  return { answer, contexts, window }
}

/** D.3.3.3.1: 0 asks for no limit. */
const windowOf = (invoked: number): number =>
  invoked === 0 ? MAX_OPERATIONS : Math.min(invoked, MAX_OPERATIONS)

interface Judgement {
  readonly context: AnsweredContext
  readonly accepted: AcceptedContext | null
}

function judge(proposed: ProposedContext, request: AssociateRQ, offer: Offer): Judgement {
  const { id, abstractSyntax, transferSyntaxes } = proposed
  // The syntax of a refused context is not significant, but the item must be there (9.3.3.2).
  const [first = ""] = transferSyntaxes
  const refused = (result: AnsweredContext["result"]): Judgement => ({
    context: { id, result, transferSyntax: first },
    accepted: null,
  })
  const service = offered(abstractSyntax, request, offer)
  if (service === null) return refused(CONTEXT_RESULT.abstractSyntaxNotSupported)
  const syntax = preferred(transferSyntaxes.filter((uid) => takes(service, uid, offer)))
  if (syntax === undefined) return refused(CONTEXT_RESULT.transferSyntaxesNotSupported)
  const peer = rolesOfPeer(service, roleOf(request, abstractSyntax))
  // Neither side could say a word in it.
  if (!peer.scu && !peer.scp) return refused(CONTEXT_RESULT.userRejection)
  return {
    context: { id, result: CONTEXT_RESULT.acceptance, transferSyntax: syntax },
    accepted: { abstractSyntax, transferSyntax: syntax, service, peer },
  }
}

/**
 * The requestor's first: it knows best what its bytes are in. But never the one that leaves VRs out where the other is
 * proposed beside it: what no dictionary knows would lose its VR on the way.
 */
function preferred(taken: readonly string[]): string | undefined {
  const [first] = taken
  const isExplicitToo = taken.includes(EXPLICIT_VR_LITTLE_ENDIAN)
  return first === IMPLICIT_VR_LITTLE_ENDIAN && isExplicitToo ? EXPLICIT_VR_LITTLE_ENDIAN : first
}

function offered(abstractSyntax: string, request: AssociateRQ, offer: Offer): Service | null {
  const known = serviceOf(abstractSyntax) ?? unlisted(abstractSyntax, request, offer)
  return known !== null && offer.services.has(known) ? known : null
}

/** PS3.6 A: Storage Service Class. */
const STORAGE_SERVICE_CLASS = "1.2.840.10008.4.2"

function unlisted(abstractSyntax: string, request: AssociateRQ, offer: Offer): Service | null {
  if (offer.privateSopClasses.has(abstractSyntax)) return "storage"
  const declared = request.userInformation.commonExtended.find((each) => each.SOPClassUID === abstractSyntax)
  return offer.declaredStorage && declared?.ServiceClassUID === STORAGE_SERVICE_CLASS ? "storage" : null
}

/** Commitment messages are written by us: in two syntaxes. Stored bytes stay as they come: in any that is known. */
const takes = (service: Service, uid: string, { syntaxOf }: Offer): boolean =>
  service === "commitment" ? COMMITMENT_SYNTAXES.has(uid) : syntaxOf(uid) !== null
const COMMITMENT_SYNTAXES = new Set([IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN])

const roleOf = (request: AssociateRQ, abstractSyntax: string): RoleSelection | null =>
  request.userInformation.roles.find((each) => each.SOPClassUID === abstractSyntax) ?? null

/**
 * D.3.3.4: unasked, the requestor is the SCU. We never invoke a C-STORE or C-ECHO here, so there a peer cannot be SCP;
 * a commitment's provider may come back to us with its notification.
 */
function rolesOfPeer(service: Service, role: RoleSelection | null): AcceptedContext["peer"] {
  if (role === null) return { scu: true, scp: false }
  return { scu: role.scuRole, scp: role.scpRole && service === "commitment" }
}

/** One answer per SOP Class that was asked about and taken; a role not proposed is never granted (D.3.3.4.2). */
function answeredRoles(request: AssociateRQ, accepted: readonly AcceptedContext[]): RoleSelection[] {
  const asked = new Set(request.userInformation.roles.map(({ SOPClassUID }) => SOPClassUID))
  return [...asked].flatMap((SOPClassUID) => {
    const context = accepted.find(({ abstractSyntax }) => abstractSyntax === SOPClassUID)
    return context ? [{ SOPClassUID, scuRole: context.peer.scu, scpRole: context.peer.scp }] : []
  })
}

/** PS3.4 table B.3-1: level 2 (full) storage, signatures kept bit by bit (level 3), no element is ever coerced. */
const STORAGE_CONFORMANCE = Uint8Array.of(2, 0, 3, 0, 0, 0)

function answeredExtensions(
  asked: readonly ExtendedNegotiation[],
  accepted: readonly AcceptedContext[],
): ExtendedNegotiation[] {
  const storage = new Set(
    accepted.filter(({ service }) => service === "storage").map(({ abstractSyntax }) => abstractSyntax),
  )
  return asked
    .filter(({ SOPClassUID }) => storage.has(SOPClassUID))
    .map(({ SOPClassUID }) => ({ SOPClassUID, applicationInformation: STORAGE_CONFORMANCE }))
}
