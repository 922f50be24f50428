import assert from "node:assert/strict"
import fc from "fast-check"
import { JAPANESE_CODES } from "../../gateway/journey/agreed-codes.ts"
import { contentTypeCode, entryCodes, kindOf, PURPOSE, roleOf } from "../../gateway/journey/codes.ts"
import {
  cx,
  documentEntry,
  dtm,
  referenced,
  submissionSet,
  type EntryFacts,
  type Subject,
} from "../../gateway/journey/metadata.ts"
import type { DocumentRole, SubmissionKind } from "../../gateway/journey/records/submission.ts"
import type { PatientView } from "../../gateway/journey/views/study.ts"
import type { Submission } from "../../gateway/standards/xds/submission.ts"
import { readSubmission } from "../../gateway/standards/xds/submission-reader.ts"
import { writeSubmission } from "../../gateway/standards/xds/submission-writer.ts"
import { readXml } from "../../gateway/standards/xml/reader.ts"
import { xmlDocument } from "../../gateway/standards/xml/writer.ts"
import { AT_CENTER, AT_HOSPITAL, CENTER, HOSPITAL } from "./agreements.ts"

const ROLES: readonly DocumentRole[] = [
  "instance",
  "manifest",
  "request",
  "cda",
  "pdf",
  "signature",
  "set-signature",
  "receipt",
  "refusal",
  "acknowledgement",
  "certificate",
]
const KINDS: readonly SubmissionKind[] = [
  "study",
  "report",
  "receipt",
  "refusal",
  "acknowledgement",
  "certificate",
]

const patient: PatientView = {
  PatientID: "0001234",
  ideographic: "山田　太郎",
  phonetic: "やまだ　たろう",
  alphabetic: "Yamada Tarou",
  birthDate: "1960-01-31",
  sex: "M",
  nameMarked: false,
}
const subject: Subject = {
  agreement: AT_HOSPITAL,
  site: HOSPITAL,
  patient,
  StudyInstanceUID: "1.2.392.1.7041",
  AccessionNumber: "A-17",
  requestNumber: "RQ-42",
  requestId: "request-1",
  serviceStartTime: "20260401000000",
  modalities: ["CT"],
  procedures: [],
}
const uuid = (n: number): string => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, "0")}`
const facts = (role: DocumentRole, n: number): EntryFacts => ({
  role,
  entryUUID: uuid(n),
  uniqueId: `2.25.${1000 + n}`,
  SOPClassUID: role === "instance" ? "1.2.840.10008.5.1.4.1.1.2" : "",
  SOPInstanceUID: role === "instance" ? `1.2.392.1.7041.1.${n}` : "",
  title: "CT",
  mimeType: "application/dicom",
  createdAt: new Date("2026-04-01T00:00:00Z"),
  purposes: role === "signature" ? [PURPOSE.author] : [],
  legalAuthenticator: role === "cda" ? "sato^佐藤^花子^^^^^^&1.2.3&ISO" : null,
  hash: "ab".repeat(20),
  sizeBytes: 1234,
})
const built = (about: Subject, kind: SubmissionKind = "study"): Submission => ({
  submissionSet: submissionSet(about, {
    kind,
    entryUUID: uuid(99),
    uniqueId: "2.25.99",
    at: new Date("2026-04-01T00:00:00Z"),
  }),
  documentEntries: ROLES.map((role, n) => documentEntry(about, facts(role, n))),
  associations: [{ type: "signs", source: uuid(6), target: uuid(0) }],
})
const reread = (submission: Submission): ReturnType<typeof readSubmission> =>
  readSubmission(readXml(xmlDocument(writeSubmission(submission))))

describe("the metadata we submit", () => {
  it("are read again without a complaint, whatever the document and the kind of submission", () => {
    for (const kind of KINDS) {
      const submission = built(subject, kind)
      const { submission: read, warnings } = reread(submission)
      assert.deepEqual(warnings, [])
      assert.deepEqual(read, submission)
    }
  })

  it("name the ordering physician to whom a report goes, under the hospital's id, as long as one value holds both", () => {
    const physician = { id: "e1001", name: "想定 一夫" }
    const report = { ...subject, agreement: AT_CENTER, site: CENTER, physician }
    const XCN = `e1001^想定^一夫^^^^^^&${HOSPITAL.oid}&ISO`
    const recipientOf = (about: Subject, kind: SubmissionKind) =>
      built(about, kind).submissionSet.intendedRecipient
    const [hospital = ""] = recipientOf({ ...report, physician: { id: "", name: "" } }, "receipt")
    assert.deepEqual(recipientOf(report, "report"), [`${hospital}|${XCN}`])
    assert.deepEqual(recipientOf(report, "receipt"), [hospital])
    const long = { ...report, physician: { id: "e", name: "長".repeat(250) } }
    assert.deepEqual(recipientOf(long, "report"), [hospital])
    const asked = built({ ...subject, physician })
    const authors = asked.documentEntries.map(({ author }) => author?.authorPerson)
    assert.deepEqual(
      authors.filter((each) => each !== ""),
      [XCN],
    )
    assert.deepEqual(reread(asked).submission, asked)
    assert.deepEqual(reread(built(report, "report")).warnings, [])
  })

  it("are legal for any name and number a device may send", () => {
    const text = fc.oneof(
      fc.string({ maxLength: 64 }),
      fc.string({
        unit: fc.constantFrom("^", "&", "|", "~", "\\", " ", "　", "髙", "\t", "\u001b", "a"),
        maxLength: 32,
      }),
    )
    const identifier = text.filter((value) => /[^\s|^~\\&\p{Cc}]/u.test(value))
    const property = fc.property(
      fc.record({
        PatientID: identifier,
        ideographic: text,
        phonetic: text,
        alphabetic: text,
        accession: text,
        number: text,
      }),
      ({ accession, number, ...names }) => {
        const about: Subject = {
          ...subject,
          patient: { ...patient, ...names },
          AccessionNumber: accession,
          requestNumber: number,
        }
        assert.deepEqual(reread(built(about)).warnings, [])
      },
    )
    fc.assert(property, { numRuns: 60 })
  })

  it("say who sends and who is meant, by OID", () => {
    const { submissionSet: set } = built(subject)
    assert.equal(set.sourceId, HOSPITAL.oid)
    assert.deepEqual(set.intendedRecipient, [`${CENTER.name}^^^^^^^^^${CENTER.oid}`])
  })

  it("give accession and request number to the hospital, whichever side submits", () => {
    const owners = (about: Subject): string[] =>
      built(about)
        .documentEntries[0]!.referenceIdList.filter((each) => /accession|order$/.test(each))
        .map((each) => each.split("^")[3]!)
    const atCenter: Subject = { ...subject, agreement: AT_CENTER, site: CENTER }
    const owner = `&${HOSPITAL.oid}&ISO`
    assert.deepEqual(owners(subject), [owner, owner])
    assert.deepEqual(owners(atCenter), [owner, owner])
  })

  it("name the patient in three writings, id, birth date and sex (ITI TF-3 4.2.3.2.23)", () => {
    assert.deepEqual(built(subject).documentEntries[0]!.sourcePatientInfo, [
      `PID-3|0001234^^^&${AT_HOSPITAL.patientIdDomain}&ISO`,
      "PID-5|山田^太郎^^^^^L^I",
      "PID-5|やまだ^たろう^^^^^L^P",
      "PID-5|Yamada^Tarou^^^^^L^A",
      "PID-7|19600131",
      "PID-8|M",
    ])
  })

  it("are labelled as limited where the agreement asks for it, and claim no number the recipient would know", () => {
    const limited = { ...subject, agreement: { ...AT_HOSPITAL, limitedMetadata: ["send"] as const } }
    const sent = built(limited)
    assert.deepEqual(reread(sent), { submission: sent, warnings: [] })
    for (const each of [sent.submissionSet, ...sent.documentEntries])
      assert.deepEqual([each.limitedMetadata, each.patientId], [true, null])
    assert.ok(sent.documentEntries.every(({ sourcePatientId }) => sourcePatientId !== null))
  })

  it("take their typeCode from the study's procedure where its scheme has an OID, and else what is agreed", () => {
    const typed = (procedures: Subject["procedures"], codingSchemes = JAPANESE_CODES.codingSchemes) => {
      const agreement = { ...AT_HOSPITAL, codes: { ...JAPANESE_CODES, codingSchemes } }
      return built({ ...subject, agreement, procedures }).documentEntries[0]!.typeCode
    }
    const jj1017 = { value: "6".repeat(32), designator: "JJ1017-32", schemeUid: "", meaning: "胸部CT" }
    assert.equal(typed([])?.code, "18748-4")
    assert.equal(typed([jj1017])?.code, "18748-4", "no OID is known for its scheme")
    assert.deepEqual(typed([jj1017], { "JJ1017-32": "2.25.7" }), {
      code: jj1017.value,
      scheme: "2.25.7",
      display: "胸部CT",
    })
    assert.equal(typed([{ ...jj1017, schemeUid: "2.25.8" }])?.scheme, "2.25.8", "the item names it itself")
    assert.equal(typed([{ ...jj1017, value: "6".repeat(65), schemeUid: "2.25.8" }])?.code, "18748-4")
  })

  it("are known again by the formatCodes their agreement chooses", () => {
    const pdf = { code: "urn:example:pdf", scheme: "2.25.9", display: "Befund" }
    const codes = { ...JAPANESE_CODES, formatCode: { ...JAPANESE_CODES.formatCode, pdf } }
    const chosen = { ...subject, agreement: { ...AT_HOSPITAL, codes } }
    const entry = documentEntry(chosen, facts("pdf", 1))
    assert.deepEqual(entry.formatCode, pdf)
    assert.deepEqual([roleOf(entry, codes), roleOf(entry, JAPANESE_CODES)], ["pdf", null])
  })

  it("leave out what is not known", () => {
    const unknown = {
      ...patient,
      ideographic: "",
      phonetic: "",
      alphabetic: "",
      birthDate: null,
      sex: "",
    } as const
    const [entry] = built({
      ...subject,
      patient: unknown,
      AccessionNumber: "",
      requestNumber: "",
    }).documentEntries
    assert.equal(entry!.sourcePatientInfo.length, 1)
    assert.equal(entry!.referenceIdList.length, 3)
  })

  it("find study, request and SOP instance again in the references", () => {
    const [entry] = reread(built(subject)).submission.documentEntries
    assert.deepEqual(referenced(entry!, "urn:ihe:iti:xds:2016:studyInstanceUID"), ["1.2.392.1.7041"])
    assert.deepEqual(referenced(entry!, "urn:ihe:iti:xdw:2013:workflowInstanceId"), ["request-1"])
    assert.deepEqual(referenced(entry!, "urn:ihe:iti:xds:2013:uniqueId"), ["1.2.392.1.7041.1.0"])
    assert.deepEqual(referenced(entry!, "urn:ihe:iti:xds:2013:order"), ["RQ-42"])
  })

  it("write instants in UTC", () => {
    assert.equal(dtm(new Date("2026-04-01T09:05:07.999+09:00")), "20260401000507")
  })

  it("do not let an id forge a component", () => {
    assert.equal(cx("1^2&3|4~5", "1.2"), "1 2 3 4 5^^^&1.2&ISO")
    for (const nothing of ["", " ", "^^|"])
      assert.throws(() => cx(nothing, "1.2"), { code: "ERR_PATIENT_ID" })
  })
})

describe("codes", () => {
  it("tell the kind of a submission, and null for a code of somebody else", () => {
    const set = (kind: SubmissionKind) => ({
      ...built(subject).submissionSet,
      contentTypeCode: contentTypeCode(kind),
    })
    for (const kind of KINDS) assert.equal(kindOf(set(kind)), kind)
    assert.equal(
      kindOf({ ...set("study"), contentTypeCode: { code: "study", scheme: "1.2.3", display: "" } }),
      null,
    )
  })

  it("tell the role of a document; the three kinds of signature look alike until one looks inside", () => {
    for (const [n, role] of ROLES.entries()) {
      const alike = role === "set-signature" || role === "receipt" ? "signature" : role
      assert.equal(roleOf(documentEntry(subject, facts(role, n)), JAPANESE_CODES), alike)
    }
    const foreign = {
      ...documentEntry(subject, facts("pdf", 0)),
      formatCode: { code: "x", scheme: "y", display: "z" },
    }
    assert.equal(roleOf(foreign, JAPANESE_CODES), null)
  })

  it("know an instance by its SOP class, and a manifest by key object selection", () => {
    assert.equal(
      entryCodes("instance", JAPANESE_CODES, {
        SOPClassUID: "1.2.840.10008.5.1.4.1.1.4",
        procedures: [],
      }).formatCode.code,
      "1.2.840.10008.5.1.4.1.1.4",
    )
    assert.equal(entryCodes("manifest", JAPANESE_CODES).formatCode.code, "1.2.840.10008.5.1.4.1.1.88.59")
  })
})
