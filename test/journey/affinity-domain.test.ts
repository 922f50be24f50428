import assert from "node:assert/strict"
import { documentSource } from "../../gateway/actors/document-source/document-source.ts"
import { serverTls } from "../../gateway/actors/secure-node/tls.ts"
import { isOfPatient, namesPatient } from "../../gateway/journey/affinity-patient.ts"
import type { AffinityDomain, Agreement } from "../../gateway/journey/agreement.ts"
import type { StaffItem } from "../../gateway/journey/views/staff.ts"
import { callingAs, credentials, makePeople } from "../actors/two-sides.ts"
import { StrictRepository } from "../peers/strict-repository.ts"
import { AT_HOSPITAL, CENTER, HOSPITAL } from "./agreements.ts"
import { CLERK, enter, requestFor, row, storeAll, study } from "./people.ts"
import { ANY_FORMAT, answerOf, deliver, foreign, PLAIN } from "./unmarked.ts"
import { TwoSides } from "./world.ts"

const THEIRS = "1.3.6.1.4.1.21367.2005.3.7"
const cx = (id: string, domain = THEIRS): string => `${id}^^^&${domain}&ISO`

describe("a repository whose registry numbers patients itself", function () {
  this.timeout(60_000)
  let people: ReturnType<typeof makePeople>
  let repository: StrictRepository
  let sides: TwoSides

  before(() => {
    people = makePeople()
  })
  const open = async (numbers: AffinityDomain["numbers"]): Promise<void> => {
    repository = await StrictRepository.open(serverTls(credentials(people, people.center)), null)
    const source = documentSource(() => ({ url: repository.url, tls: callingAs(people, people.hospital) }))
    const packaging = { ...PLAIN.packaging!, to: "repository" as const }
    const affinityDomain = { patientIdDomain: THEIRS, numbers }
    sides = await TwoSides.open({
      agreement: { ...PLAIN, packaging, affinityDomain },
      between: { source: () => source },
    })
  }
  afterEach(async () => {
    sides.close()
    await repository.close()
  })

  const asked = async (number: string, more: object = {}): Promise<string> => {
    const requestId = await enter(sides.edge, requestFor("P1", number, more))
    await sides.settle()
    return requestId
  }
  const item = async (requestId: string): Promise<StaffItem> =>
    (await row(sides.edge, requestId)) ?? assert.fail("not listed")
  const isArrived = async (requestId: string): Promise<boolean> =>
    (await item(requestId)).way.some(({ name, state }) => name === "arrived" && state === "done")
  const audited = async (): Promise<number> =>
    (await sides.edge.audited()).filter(({ event }) => event.event === "patient-identified").length

  it("gets nothing before a person has said the patient's number there, and then both numbers", async () => {
    await open("person")
    repository.patients.add(cx("RHIO-77"))
    const requestId = await asked("R-1")
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    assert.deepEqual(
      [(await item(requestId)).action, (await item(requestId)).affinityPatientId],
      ["release", ""],
    )
    assert.equal(repository.requests, 0)
    await assert.rejects(sides.edge.staff.release(CLERK, requestId), { code: "ERR_PATIENT_UNMAPPED" })
    for (const nothing of [" ", "a^b"])
      await assert.rejects(sides.edge.staff.identify(CLERK, requestId, nothing), { code: "ERR_INPUT" })
    await sides.edge.staff.identify(CLERK, requestId, "RHIO-77")
    await sides.edge.staff.release(CLERK, requestId)
    await sides.settle()
    assert.deepEqual([repository.requests, repository.faults], [1, []])
    assert.ok(await isArrived(requestId))
    assert.equal((await item(requestId)).affinityPatientId, undefined)
    const [sent] = await sides.edge.ledger.submissionsOf({ requestId, kind: "study" })
    const entries = sent?.private.submission?.documentEntries ?? []
    assert.deepEqual(
      [
        ...new Set(
          entries.map(({ patientId, sourcePatientId }) => `${patientId ?? ""} ${sourcePatientId ?? ""}`),
        ),
      ],
      [`${cx("RHIO-77")} ${cx("P1", AT_HOSPITAL.patientIdDomain)}`],
    )
    assert.equal(await audited(), 1)
  })

  it("is sent the next study of that patient by itself, under the number that is known", async () => {
    await open("person")
    repository.patients.add(cx("RHIO-77"))
    const first = await asked("R-1", { affinityPatientId: "RHIO-77" })
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    assert.ok(await isArrived(first))
    const later = study("P1", 1)
    const { StudyInstanceUID } = later
    const second = await asked("R-2", { AccessionNumber: "", StudyInstanceUID })
    await storeAll(sides.edge, later)
    await sides.settle()
    assert.ok(await isArrived(second))
    assert.deepEqual([repository.requests, repository.faults, sides.edge.failures], [2, [], []])
  })

  it("that does not know the number stops the delivery, which is made anew under the right one", async () => {
    await open("person")
    repository.patients.add(cx("RHIO-77"))
    const requestId = await asked("R-1", { affinityPatientId: "RHIO-7" })
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    const { action, affinityPatientId } = await item(requestId)
    assert.deepEqual([action, affinityPatientId], ["see-failure", "RHIO-7"])
    await sides.edge.staff.identify(CLERK, requestId, "RHIO-77")
    await sides.edge.staff.retry(CLERK, requestId)
    await sides.settle()
    assert.ok(await isArrived(requestId))
    assert.deepEqual(repository.faults, [])
  })

  it("brings a report by its own number of the patient, and none by a number nobody has said", async () => {
    await open("person")
    repository.patients.add(cx("RHIO-77"))
    const requestId = await asked("R-1", { affinityPatientId: "RHIO-77" })
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    const report = (PatientID: string, uniqueId: string): ReturnType<typeof foreign> =>
      foreign({ sourceId: CENTER.oid, PatientID, patientIdDomain: THEIRS }, [
        {
          uniqueId,
          mimeType: "application/pdf",
          formatCode: ANY_FORMAT,
          octets: Buffer.from("%PDF-1.7\n% a report\n%%EOF\n"),
          references: [`R-1^^^&${HOSPITAL.oid}&ISO^urn:ihe:iti:xds:2013:order`],
        },
      ])
    const { door, staff } = sides.edge
    for (const other of ["RHIO-78", "P1"])
      assert.match(
        answerOf(await deliver(door, AT_HOSPITAL.id, report(other, `2.25.91${other.length}`))),
        /XDSRepositoryError/,
      )
    assert.equal(answerOf(await deliver(door, AT_HOSPITAL.id, report("RHIO-77", "2.25.900"))), "Success")
    await sides.settle()
    const { report: shown, patient } = await staff.request(CLERK, requestId)
    assert.deepEqual([shown?.readerName, patient.PatientID], ["Jones Mary", "P1"])
  })

  it("may be known to have the hospital's own numbers, by the agreement", async () => {
    await open("same")
    repository.patients.add(cx("P1"))
    const requestId = await asked("R-1")
    await assert.rejects(sides.edge.staff.identify(CLERK, requestId, "P1"), { code: "ERR_INPUT" })
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    assert.ok(await isArrived(requestId))
    assert.equal((await item(requestId)).affinityPatientId, undefined)
    assert.equal(await audited(), 0)
  })
})

describe("whose patient an entry names", () => {
  const agreement: Agreement = {
    ...AT_HOSPITAL,
    affinityDomain: { patientIdDomain: THEIRS, numbers: "person" },
  }
  const request = { private: { patient: { PatientID: "P1" }, affinityPatientId: "RHIO-77" } } as never
  const is = (patientId: string | null, sourcePatientId: string | null, of: Agreement = agreement): boolean =>
    isOfPatient(of, request, { patientId, sourcePatientId } as never)
  const OURS = cx("P1", AT_HOSPITAL.patientIdDomain)

  it("ours by either number, whatever the partner's own number is", () => {
    assert.ok(is(cx("RHIO-77"), OURS))
    assert.ok(is(cx("RHIO-77"), cx("local-5", "1.2.3")))
    assert.ok(is(null, OURS))
    assert.ok(is(OURS, cx("local-5", "1.2.3")))
  })

  it("not ours when one of the two contradicts, or neither is said", () => {
    assert.ok(!is(cx("RHIO-78"), OURS))
    assert.ok(!is(cx("RHIO-77"), cx("P2", AT_HOSPITAL.patientIdDomain)))
    assert.ok(!is(cx("P1"), null), "our number in their domain is somebody else's")
    assert.ok(!is(cx("local-5", "1.2.3"), null))
    assert.ok(!is(null, null))
  })

  it("by the source's number alone where no affinity domain is agreed", () => {
    assert.ok(is(cx("RHIO-77"), OURS, AT_HOSPITAL))
    assert.ok(!is(OURS, cx("local-5", "1.2.3"), AT_HOSPITAL))
  })

  it("in a clinical document by the same rule, and by a number without a domain", () => {
    const names = (...ids: readonly (readonly [root: string, extension: string])[]): boolean =>
      namesPatient(
        agreement,
        request,
        ids.map(([root, extension]) => ({ root, extension })),
      )
    const own = AT_HOSPITAL.patientIdDomain
    assert.ok(names([THEIRS, "RHIO-77"]))
    assert.ok(names([own, "P1"], ["1.2.3", "local-5"]))
    assert.ok(names([THEIRS, "RHIO-77"], [own, "P1"]))
    assert.ok(names(["", "P1"]))
    assert.ok(!names([THEIRS, "P1"]), "our number in their domain is somebody else's")
    assert.ok(!names([THEIRS, "RHIO-77"], [own, "P2"]))
    assert.ok(!names(["", "RHIO-77"]))
    const nobodySaid = { private: { patient: { PatientID: "P1" } } } as never
    assert.ok(!namesPatient(agreement, nobodySaid, [{ root: THEIRS, extension: "" }]))
    assert.ok(namesPatient(AT_HOSPITAL, nobodySaid, [{ root: own, extension: "P1" }]))
  })
})
