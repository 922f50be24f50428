import assert from "node:assert/strict"
import { negotiate, type Offer } from "../../../gateway/actors/storage-scp/negotiate.ts"
import type { UserInformation } from "../../../gateway/standards/dicom/user-information.ts"
import { transferSyntax, transferSyntaxes } from "../../../gateway/standards/dicom/sop-classes.ts"
import { CT, EXPLICIT, associateRequest } from "./raw-peer.ts"

const IMPLICIT = "1.2.840.10008.1.2"
const JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
const COMMITMENT = "1.2.840.10008.1.20.1"
const PRIVATE = "1.3.12.2.1107.5.9.1"
const OFFER: Offer = {
  services: new Set(["verification", "storage", "commitment"]),
  privateSopClasses: new Set(),
  declaredStorage: false,
  syntaxOf: transferSyntax,
}

function asked(
  abstractSyntax: string,
  user: Partial<UserInformation> = {},
  offer: Partial<Offer> = {},
  transferSyntaxes = [EXPLICIT, IMPLICIT],
) {
  const request = associateRequest({ contexts: [{ id: 1, abstractSyntax, transferSyntaxes }] })
  const userInformation = { ...request.userInformation, ...user }
  const { answer, contexts } = negotiate({ ...request, userInformation }, { ...OFFER, ...offer })
  return { answer, result: answer.contexts[0]!.result, context: contexts.get(1) }
}
const role = (SOPClassUID: string, scuRole: boolean, scpRole: boolean) => ({
  roles: [{ SOPClassUID, scuRole, scpRole }],
})

describe("negotiation of an association", () => {
  it("takes the requestor's first transfer syntax that PS3.6 knows", () => {
    const { context } = asked(CT, {}, {}, ["1.2.840.113619.5.2", JPEG_BASELINE, EXPLICIT])
    assert.equal(context?.transferSyntax, JPEG_BASELINE)
  })

  it("takes Explicit VR where Implicit VR stands before it, and nothing compressed in its place", () => {
    assert.equal(asked(CT, {}, {}, [IMPLICIT, EXPLICIT]).context?.transferSyntax, EXPLICIT)
    assert.equal(asked(CT, {}, {}, [IMPLICIT, JPEG_BASELINE]).context?.transferSyntax, IMPLICIT)
    assert.equal(
      asked(CT, {}, {}, [JPEG_BASELINE, IMPLICIT, EXPLICIT]).context?.transferSyntax,
      JPEG_BASELINE,
    )
    assert.equal(asked(CT, {}, {}, [IMPLICIT]).context?.transferSyntax, IMPLICIT)
  })

  it("takes a private transfer syntax that is configured, for objects and not for commitments", () => {
    const GE = "1.2.840.113619.5.2"
    const syntaxOf = transferSyntaxes([{ uid: GE, name: "GE private", encoding: "implicit-le" }])
    assert.equal(asked(CT, {}, {}, [GE]).result, 4)
    assert.equal(asked(CT, {}, { syntaxOf }, [GE]).context?.transferSyntax, GE)
    assert.equal(asked(COMMITMENT, {}, { syntaxOf }, [GE]).result, 4)
    assert.equal(asked(COMMITMENT, {}, { syntaxOf }, [GE, IMPLICIT]).context?.transferSyntax, IMPLICIT)
  })

  it("refuses a private SOP Class unless it is configured", () => {
    assert.equal(asked(PRIVATE).result, 3)
    const taken = asked(PRIVATE, {}, { privateSopClasses: new Set([PRIVATE]) })
    assert.equal(taken.context?.service, "storage")
  })

  it("takes an unknown SOP Class that is declared as storage, where that is allowed", () => {
    const commonExtended = [
      {
        SOPClassUID: PRIVATE,
        ServiceClassUID: "1.2.840.10008.4.2",
        relatedGeneralSOPClassUIDs: [CT],
      },
    ]
    assert.equal(asked(PRIVATE, { commonExtended }).result, 3)
    assert.equal(asked(PRIVATE, { commonExtended }, { declaredStorage: true }).result, 0)
  })

  it("does not take an unknown SOP Class that is declared as another service", () => {
    const commonExtended = [
      { SOPClassUID: PRIVATE, ServiceClassUID: "1.2.840.10008.4.9", relatedGeneralSOPClassUIDs: [] },
    ]
    assert.equal(asked(PRIVATE, { commonExtended }, { declaredStorage: true }).result, 3)
  })

  it("answers nothing to common extended negotiation", () => {
    const commonExtended = [
      { SOPClassUID: CT, ServiceClassUID: "1.2.840.10008.4.2", relatedGeneralSOPClassUIDs: [] },
    ]
    assert.deepEqual(asked(CT, { commonExtended }).answer.userInformation.commonExtended, [])
  })

  it("tells who asks that storage is full, bit-preserving and without coercion", () => {
    const extended = [{ SOPClassUID: CT, applicationInformation: Uint8Array.of(2, 0, 0, 0, 0, 0) }]
    assert.deepEqual(asked(CT, { extended }).answer.userInformation.extended, [
      { SOPClassUID: CT, applicationInformation: Uint8Array.of(2, 0, 3, 0, 0, 0) },
    ])
  })

  it("answers extended negotiation only of what it has taken", () => {
    const extended = [{ SOPClassUID: PRIVATE, applicationInformation: Uint8Array.of(2) }]
    assert.deepEqual(asked(CT, { extended }).answer.userInformation.extended, [])
  })

  it("lets a peer be SCU of storage and nothing else", () => {
    const both = asked(CT, role(CT, true, true))
    assert.deepEqual(both.answer.userInformation.roles, role(CT, true, false).roles)
    assert.equal(both.result, 0)
  })

  it("refuses a context in which neither side could speak", () => {
    const neither = asked(CT, role(CT, false, true))
    assert.equal(neither.result, 1)
    assert.deepEqual(neither.answer.userInformation.roles, [])
  })

  it("lets the provider of a commitment come back as SCP", () => {
    const back = asked(COMMITMENT, role(COMMITMENT, false, true))
    assert.deepEqual(back.answer.userInformation.roles, role(COMMITMENT, false, true).roles)
    assert.deepEqual(back.context?.peer, { scu: false, scp: true })
  })

  it("takes a requestor without role selection as SCU", () => {
    assert.deepEqual(asked(COMMITMENT).context?.peer, { scu: true, scp: false })
  })

  it("does not answer a role for what was not proposed or not taken", () => {
    assert.deepEqual(asked(CT, role("1.2.3", true, true)).answer.userInformation.roles, [])
  })

  it("speaks of commitments in two transfer syntaxes only", () => {
    assert.equal(asked(COMMITMENT, {}, {}, [JPEG_BASELINE, "1.2.840.10008.1.2.2"]).result, 4)
    const taken = asked(COMMITMENT, {}, {}, [JPEG_BASELINE, IMPLICIT])
    assert.equal(taken.context?.transferSyntax, IMPLICIT)
  })

  it("offers an AE title only the services it may have", () => {
    const offer = { services: new Set(["commitment"] as const) }
    assert.equal(asked(CT, {}, offer).result, 3)
    assert.equal(asked(COMMITMENT, {}, offer).result, 0)
  })

  it("performs one operation at a time itself, and does not bring a window up by itself", () => {
    const window = { asynchronousOperations: { invoked: 4, performed: 8 } }
    assert.deepEqual(asked(CT, window).answer.userInformation.asynchronousOperations, {
      invoked: 4,
      performed: 1,
    })
    assert.equal(asked(CT).answer.userInformation.asynchronousOperations, null)
  })
})
