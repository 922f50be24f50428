import assert from "node:assert/strict"
import { carriesImages } from "../../gateway/journey/keep.ts"
import { readWhole } from "../../gateway/journey/read-whole.ts"
import { checkConsent } from "../../gateway/journey/accept/consent.ts"
import { unitEffect } from "../../gateway/journey/verify/unit-effect.ts"
import { checkConsentDocument } from "../../gateway/journey/verify/consent.ts"
import { AcceptanceError, DeskError, ReportError } from "../../gateway/journey/errors.ts"
import type { Person } from "../../gateway/journey/ports/person.ts"
import { AT_CENTER } from "./agreements.ts"
import { CLERK, enter, READER, requestFor, storeAll, study } from "./people.ts"
import { MINUTE_MS, TwoSides } from "./world.ts"

const POLICY = { policy: "1.2.392.100495.20.3.999.1.7.1", name: "遠隔読影への同意" }
const AGREEMENT = { consentPolicies: [POLICY] }

const told = async ({ edge }: TwoSides): Promise<string[]> =>
  (await edge.audited())
    .filter(({ event }) => event.event === "consent-recorded")
    .map(({ event }) => `${event.user} ${event.description}`)

const item = async ({ edge }: TwoSides) => (await edge.staff.requests(CLERK))[0]!

describe("The consent of a patient, where an agreement wants one", function () {
  this.timeout(60_000)
  let sides: TwoSides
  afterEach(() => sides.close())

  it("is recorded with the request, travels with its study, and is looked at before anything is read", async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
    const { edge, center } = sides
    const requestId = await enter(edge, { ...requestFor("P1", "R-1"), consent: POLICY.policy })
    await storeAll(edge, study("P1", 1))
    await sides.settle()
    const [worked] = await center.reading.worklist(READER)
    assert.deepEqual([worked?.requestId, worked?.verification], [requestId, "valid"])
    const arrived = (await center.ledger.submissionsOf({ requestId })).find(({ kind }) => kind === "study")
    const roles = (await center.ledger.documents(arrived!.id)).map(({ role }) => role)
    assert.ok(roles.includes("consent"), String(roles))
    const entry = arrived?.private.submission?.documentEntries.find(
      ({ formatCode }) => formatCode?.code === "urn:ihe:iti:bppc:2007",
    )
    assert.deepEqual(
      entry?.eventCodeList.map(({ code }) => code),
      [POLICY.policy],
    )
    assert.deepEqual(await told(sides), [`${CLERK.login} policy ${POLICY.policy}`])
  })

  it("keeps the images until a person has made sure, and then they leave", async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
    const { edge, center } = sides
    const requestId = await enter(edge, requestFor("P1", "R-1"))
    await storeAll(edge, study("P1", 1))
    await sides.settle()
    assert.deepEqual(await center.reading.worklist(READER), [])
    const waiting = await item(sides)
    assert.deepEqual([waiting.action, waiting.consentMissing], ["release", [POLICY]])
    await assert.rejects(
      edge.staff.release(CLERK, requestId),
      (error) => error instanceof ReportError && error.code === "ERR_CONSENT",
    )
    await assert.rejects(edge.staff.consent(CLERK, requestId, "1.2.3"), { code: "ERR_INPUT" })
    await assert.rejects(edge.staff.consent(READER, requestId, POLICY.policy), { code: "ERR_NOT_ALLOWED" })
    assert.deepEqual(await told(sides), [])
    await edge.staff.consent(CLERK, requestId, POLICY.policy)
    assert.equal((await item(sides)).consentMissing, undefined)
    await edge.staff.release(CLERK, requestId)
    await sides.settle()
    assert.equal((await center.reading.worklist(READER))[0]?.requestId, requestId)
    assert.deepEqual(await told(sides), [`${CLERK.login} policy ${POLICY.policy}`])
  })

  it("is refused by who enters a request for a policy that is not agreed", async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
    await assert.rejects(sides.edge.staff.enter(CLERK, { ...requestFor("P1", "R-1"), consent: "1.2.3" }), {
      code: "ERR_INPUT",
    })
  })

  it("is no machine's to give: its request is taken without, and waits for a person", async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
    const { edge, center } = sides
    const system: Person = { ...CLERK, id: "machine:his", login: "machine:his", name: "HIS", role: "system" }
    const asked = { ...requestFor("P1", "R-1"), releaseWhenComplete: true }
    await assert.rejects(
      edge.staff.enter(system, { ...asked, consent: POLICY.policy }),
      (error) =>
        error instanceof DeskError &&
        error.code === "ERR_NOT_ALLOWED" &&
        error.message.includes("a person records it"),
    )
    assert.deepEqual(await edge.staff.requests(CLERK), [], "nothing of it is kept")
    const { requestId } = await edge.staff.enter(system, asked)
    await assert.rejects(edge.staff.consent(system, requestId, POLICY.policy), { code: "ERR_NOT_ALLOWED" })
    await storeAll(edge, study("P1", 1))
    await sides.settle()
    assert.deepEqual(await center.reading.worklist(READER), [])
    assert.deepEqual(await told(sides), [])
    await edge.staff.consent(CLERK, requestId, POLICY.policy)
    await edge.staff.release(CLERK, requestId)
    await sides.settle()
    assert.equal((await center.reading.worklist(READER))[0]?.requestId, requestId)
  })

  it("is wanted by the reading centre, whatever the hospital has agreed: a study without is refused", async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
    const { edge, center } = sides
    Object.assign(edge.world.agreements[0]!, { consentPolicies: [] })
    const requestId = await enter(edge, requestFor("P1", "R-1"))
    await storeAll(edge, study("P1", 1))
    await sides.settle()
    assert.deepEqual(await center.reading.worklist(READER), [])
    assert.deepEqual(await center.ledger.submissionsOf({ requestId }), [])
    const [refused] = await edge.ledger.submissionsOf({ requestId })
    assert.deepEqual(
      [refused?.state, refused?.failureCode],
      ["failed", "ERR_SUBMISSION_REFUSED XDSRepositoryError"],
    )
    const submission = refused!.private.submission!
    assert.throws(
      () => checkConsent("study", submission, { ...AT_CENTER, ...AGREEMENT }),
      (error) => error instanceof AcceptanceError && error.codeContext.includes("consent"),
    )
    checkConsent("report", submission, { ...AT_CENTER, ...AGREEMENT })
    checkConsent("study", submission, AT_CENTER)
  })

  it("is in every unit of a large study, each a document of its own of the same acknowledgement", async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT, unitBytes: 1 })
    const { edge, center } = sides
    const requestId = await enter(edge, { ...requestFor("P1", "R-1"), consent: POLICY.policy })
    await storeAll(edge, study("P1", 2))
    await sides.settle(5 * MINUTE_MS)
    assert.equal((await center.reading.worklist(READER))[0]?.verification, "valid")
    const arrived = (await center.ledger.submissionsOf({ requestId })).filter(({ kind }) =>
      carriesImages(kind),
    )
    assert.deepEqual(arrived.map(({ kind }) => kind).toSorted(), ["study", "unit", "unit"])
    const acknowledged = new Set<string | undefined>()
    const named = new Set<string>()
    for (const { id } of arrived) {
      const [consent, ...others] = (await center.ledger.documents(id)).filter(
        ({ role }) => role === "consent",
      )
      assert.equal(others.length, 0)
      const text = Buffer.from(await readWhole(center.world.spool, consent!.place)).toString()
      acknowledged.add(/<serviceEvent[^>]*>.*?<id root="([^"]+)"/s.exec(text)?.[1])
      named.add(consent!.uniqueId)
    }
    assert.equal(acknowledged.size, 1)
    assert.equal(named.size, 3)
    const unit = arrived.find(({ kind }) => kind === "unit")!
    const documents = await center.ledger.documents(unit.id)
    const [agreement] = center.world.agreements
    await unitEffect(center.world, unit, documents, agreement!)
    const elsewhere = { ...agreement!, patientIdDomain: "1.2.3" }
    await assert.rejects(unitEffect(center.world, unit, documents, elsewhere), { code: "ERR_OTHER_SUBJECT" })
    const other = { ...agreement!, consentPolicies: [{ policy: "1.2.3", name: "x" }] }
    await assert.rejects(unitEffect(center.world, unit, documents, other), { code: "ERR_DOCUMENTS" })
  })

  it("is wanted with the first unit: nothing more of a large study travels without it", async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT, unitBytes: 1 })
    const { edge, center, line } = sides
    Object.assign(edge.world.agreements[0]!, { consentPolicies: [] })
    const requestId = await enter(edge, requestFor("P1", "R-1", { urgency: "ROUTINE" }))
    await storeAll(edge, study("P1", 3))
    await sides.settle(5 * MINUTE_MS)
    assert.deepEqual(await center.ledger.submissionsOf({ requestId }), [])
    assert.deepEqual(
      line.attempts.map(({ kind }) => kind),
      ["unit"],
    )
    const states = (await edge.ledger.submissionsOf({ requestId })).map(({ kind, failureCode }) => [
      kind,
      failureCode,
    ])
    assert.deepEqual(states.toSorted(), [
      ["study", "ERR_SUBMISSION_REFUSED XDSRepositoryError"],
      ["unit", "ERR_SUBMISSION_REFUSED XDSRepositoryError"],
    ])
  })

  it("about another patient, to another policy or over, lets nothing be read", async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
    const { edge, center } = sides
    const requestId = await enter(edge, { ...requestFor("P1", "R-1"), consent: POLICY.policy })
    await storeAll(edge, study("P1", 1))
    await sides.settle()
    const arrived = (await center.ledger.submissionsOf({ requestId })).find(({ kind }) => kind === "study")
    const documents = await center.ledger.documents(arrived!.id)
    const agreement = center.world.agreements[0]!
    const known = { PatientID: "P1", idRoot: agreement.patientIdDomain }
    const looked = (about: Partial<typeof known>, terms: Partial<typeof agreement> = {}) => {
      const { PatientID, idRoot } = { ...known, ...about }
      const patient = { isNumber: (number: string) => number === PatientID, idRoot }
      return checkConsentDocument(center.world, documents, { ...agreement, ...terms }, patient)
    }
    await looked({})
    await assert.rejects(looked({ PatientID: "P2" }), { code: "ERR_OTHER_SUBJECT" })
    await assert.rejects(looked({ idRoot: "1.2.3" }), { code: "ERR_OTHER_SUBJECT" })
    const other = { consentPolicies: [{ policy: "1.2.3", name: "x" }] }
    await assert.rejects(looked({}, other), { code: "ERR_DOCUMENTS" })
    await looked({ PatientID: "P2" }, { consentPolicies: [] })
  })
})
