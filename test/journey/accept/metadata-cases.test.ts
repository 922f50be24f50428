/**
 * The list of what senders do to metadata (D1 to D22 of our interoperability notes), one test each: at the reader, at the
 * recipient's door, at the journey's, or at our own client. Real messages where there are any.
 */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import path from "node:path"
import { AcceptanceError } from "../../../gateway/journey/errors.ts"
import {
  checkRelationships,
  targetsAmong,
  unresolved,
} from "../../../gateway/journey/accept/relationships.ts"
import { roleIn } from "../../../gateway/journey/accept/roles.ts"
import type { SubmissionHandler } from "../../../gateway/journey/ports/inbound.ts"
import type { DocumentRecord } from "../../../gateway/journey/records/submission.ts"
import { MetadataFault, type MetadataComplaint } from "../../../gateway/standards/xds/metadata-fault.ts"
import { readRegistryResponse } from "../../../gateway/standards/xds/registry-response-reader.ts"
import type { DocumentEntry, Submission } from "../../../gateway/standards/xds/submission.ts"
import { readSubmission } from "../../../gateway/standards/xds/submission-reader.ts"
import { writeSubmission } from "../../../gateway/standards/xds/submission-writer.ts"
import { readXml } from "../../../gateway/standards/xml/reader.ts"
import {
  inlineRoot,
  multipart,
  post,
  rootPart,
  xopRoot,
} from "../../actors/document-recipient/raw-request.ts"
import { callingAs, type Center, makePeople, openCenter, type People } from "../../actors/two-sides.ts"
import { sampleSubmission, uuid } from "../../standards/xds/sample-submission.ts"
import { CLERK, DRAFT, enter, READER, report, requestFor, storeAll, study } from "../people.ts"
import { TwoSides } from "../world.ts"

const SHARED = process.env.DOKUEI_SHARED ?? ""
const METADATA = "XDSRepositoryMetadataError"
const OCTETS = [Buffer.from("one"), Buffer.from("two")]
const sample = sampleSubmission(OCTETS)
const xml = writeSubmission(sample).text
const slot = (name: string, ...values: readonly string[]): string =>
  `<rim:Slot name="${name}"><rim:ValueList>${values.map((each) => `<rim:Value>${each}</rim:Value>`).join("")}</rim:ValueList></rim:Slot>`
const slotOf = (name: string): RegExp => new RegExp(`<rim:Slot name="${name}">.*?</rim:Slot>`)
const association = (id: string, type: string, source: string, target: string, inner = ""): string =>
  `<rim:Association id="${id}" associationType="${type}" sourceObject="${source}" targetObject="${target}">${inner}</rim:Association>`
const withObject = (object: string): string => xml.replace("</rim:RegistryObjectList>", `${object}$&`)

interface Read {
  readonly submission: Submission | null
  readonly errors: readonly MetadataComplaint[]
  readonly warnings: readonly string[]
}

function read(text: string): Read {
  try {
    const { submission, warnings } = readSubmission(readXml(text))
    return { submission, errors: [], warnings: warnings.map(({ errorCode }) => errorCode) }
  } catch (error) {
    if (error instanceof MetadataFault) return { submission: null, errors: error.complaints, warnings: [] }
    throw error
  }
}

function accepted(text: string, warnings: readonly string[] = []): Submission {
  const found = read(text)
  assert.deepEqual([found.errors, found.warnings], [[], warnings])
  return found.submission!
}

/** Refused with this code, in a text that says each of these words; whatever else is wrong. */
function refused(text: string, words: readonly string[], code = METADATA): void {
  const { errors } = read(text)
  const told = errors.filter(({ errorCode }) => errorCode === code).map(({ codeContext }) => codeContext)
  assert.ok(
    told.some((each) => words.every((word) => each.includes(word))),
    `${words.join(", ")} in ${JSON.stringify(errors)}`,
  )
}

/** A file of IHE's samples; its test is skipped where there are none. */
function real(context: Mocha.Context, ...names: readonly string[]): string {
  if (SHARED === "") {
    console.log("skipped: DOKUEI_SHARED is not set, so there are no IHE samples")
    context.skip()
  }
  return readFileSync(path.join(SHARED, "ihe/samples", ...names), "utf8")
}
/** NIST's samples use the OID 3.4.5, which is none; put right, only what they are about remains. */
const legal = (text: string): string => text.replaceAll("&amp;3.4.5&amp;ISO", "&amp;1.3.4.5&amp;ISO")

describe("metadata, as senders write them", () => {
  it("D1 element order wrong: read all the same, with a warning for its second author", function () {
    accepted(legal(real(this, "iti41/pnr-element-order.xml")), ["XDSExtraMetadataNotSaved"])
  })

  it("D2 symbolic ids, UUIDs in capitals: the same; one id on two objects: refused", () => {
    const symbolic = accepted(xml.replaceAll(uuid(1), "Document01"))
    assert.equal(symbolic.documentEntries[0]?.entryUUID, "Document01")
    assert.deepEqual(accepted(xml.replaceAll("urn:uuid:0000", "URN:UUID:0000")), sample)
    refused(xml.replaceAll(uuid(2), uuid(1)), [uuid(1), "used twice"])
  })

  it("D3 SubmissionSet classification nested or beside: both", () => {
    const label = /<rim:Classification classificationNode="urn:uuid:a54d6aa5[^>]*>/.exec(xml)![0]
    assert.deepEqual(
      accepted(xml.replace(label, "").replace("</rim:RegistryObjectList>", `${label}$&`)),
      sample,
    )
  })

  it("D4 no SubmissionSet, two SubmissionSets: refused", () => {
    const set = /<rim:RegistryPackage.*<\/rim:RegistryPackage>/.exec(xml)![0]
    refused(xml.replace(set, ""), ["0 SubmissionSets"])
    refused(xml.replace(set, set + set.replaceAll(uuid(999_999), "S2")), ["2 SubmissionSets"])
  })

  it("D5 HasMember missing, or without SubmissionSetStatus: refused", () => {
    refused(xml.replace(/<rim:Association id="member-2".*?<\/rim:Association>/, ""), [uuid(2), "HasMember"])
    refused(xml.replace(slotOf("SubmissionSetStatus"), ""), ["SubmissionSetStatus"])
  })

  it("D6 association to itself, bad uplink: refused", function () {
    refused(legal(real(this, "iti41/pnr-assoc-to-self.xml")), ["itself"])
    refused(legal(real(this, "iti41/pnr-bad-uplink.xml")), ["names another object"])
  })

  it("D7 CX with CX.5, namespace name, & escaped twice, illegal OID: refused, naming what is wrong and never the id", function () {
    const cx = "0012345^^^&amp;1.2.392.100495.20.3.51.11311234567&amp;ISO"
    const bent = (value: string): string =>
      xml.replace(`<rim:Value>${cx}</rim:Value>`, `<rim:Value>${value}</rim:Value>`)
    refused(bent(`${cx}^PI`), ["sourcePatientId", "after CX.4"])
    refused(bent("0012345^^^HOSP&amp;1.2.3&amp;ISO"), ["sourcePatientId", "namespace name"])
    refused(bent("0012345^^^&amp;amp;1.2.3&amp;amp;ISO"), ["sourcePatientId", "escaped twice"])
    refused(bent("0012345^^^&amp;3.4.5&amp;ISO"), ["sourcePatientId", "3.4.5"])
    for (const { codeContext } of read(bent(`${cx}^PI`)).errors) assert.ok(!codeContext.includes("0012345"))
    refused(real(this, "iti41/pnr.xml"), ["3.4.5"])
  })

  it("D8 PID-3 as a list by ~: accepted", () => {
    const list = "PID-3|1^^^&amp;1.2.3&amp;ISO~2^^^&amp;1.2.4&amp;ISO"
    accepted(xml.replace(/PID-3\|[^<]*/, list))
  })

  it("D9 DTM with offset, fraction or separators: refused, by kind", () => {
    for (const [value, kind] of [
      ["20260701010203+0900", "a time with a zone"],
      ["20260701010203.5", "a time with a fraction"],
      ["2026-07-01T01:02:03", "a time with separators"],
    ] as const)
      refused(xml.replace("<rim:Value>20260701010203<", `<rim:Value>${value}<`), ["creationTime", kind])
  })

  it("D10 hash in capitals: the same; SHA-256: refused; neither hash nor size: accepted", () => {
    const { hash } = sample.documentEntries[0]!
    assert.deepEqual(accepted(xml.replace(hash!, hash!.toUpperCase())), sample)
    refused(xml.replace(hash!, "e".repeat(64)), ["hash", "SHA-256"])
    accepted(writeSubmission(sampleSubmission([null])).text)
  })

  it("D12 mimeType with parameters: refused", () => {
    refused(xml.replace('mimeType="application/dicom"', 'mimeType="text/xml; charset=UTF-8"'), [
      "mimeType",
      "parameters",
    ])
  })

  it("D13 value over 256 characters, slot twice: refused; empty ValueList: as if it were not there", () => {
    refused(xml.replace("PID-5|", `PID-5|${"山".repeat(256)}`), ["sourcePatientInfo", "256"])
    refused(xml.replace(slotOf("size"), "$&$&"), ["size", "twice"])
    const [entry] = accepted(xml.replace(slotOf("hash"), slot("hash"))).documentEntries
    assert.equal(entry?.hash, null)
  })

  it("D14 slots and classifications we do not know: taken, with a warning each", () => {
    const other = xml
      .replace(slotOf("creationTime"), `${slot("urn:example:bed", "3")}$&`)
      .replace(
        '<rim:Classification classificationScheme="urn:uuid:41a5887f',
        `<rim:Classification id="c" classificationScheme="urn:uuid:1e3a1f7c-21c3-4aa9-b8cf-4d1c8f6e2b10" classifiedObject="${uuid(1)}" nodeRepresentation="x"/>$&`,
      )
    assert.deepEqual(accepted(other, ["XDSExtraMetadataNotSaved", "XDSExtraMetadataNotSaved"]), sample)
  })

  it("D15 limited metadata: read where they are flagged; not flagged and minimal: refused in words that say so", function () {
    const minimal = real(this, "iti41/pnr-limited.xml")
    assert.ok(accepted(minimal).documentEntries.every(({ limitedMetadata }) => limitedMetadata))
    const label =
      /<rim:Classification classifiedObject="Document01"\s+classificationNode="urn:uuid:ab9b591b[^>]*>/
    assert.match(minimal, label)
    refused(minimal.replace(label, ""), [
      "Document01",
      "creationTime is missing",
      "not flagged as limited metadata",
    ])
  })

  it("D16 another patientId on one entry: XDSPatientIdDoesNotMatch", () => {
    const [entry, ...others] = sample.documentEntries
    const mixed = { ...sample, documentEntries: [{ ...entry!, patientId: "9^^^&1.2.3&ISO" }, ...others] }
    refused(writeSubmission(mixed).text, [uuid(1)], "XDSPatientIdDoesNotMatch")
  })

  it("D18 Success with errors, Failure without, status Warning: by severity, at our client", function () {
    const status = (text: string): string => readRegistryResponse(readXml(text)).status
    assert.equal(status(real(this, "response/regresp-suc-err.xml")), "Failure")
    assert.equal(status(real(this, "response/regresp-fail-noerr.xml")), "Failure")
    const warned = real(this, "response/regresp-fail-noerr.xml").replace(
      /ResponseStatusType:\w+/,
      "ResponseStatusType:Warning",
    )
    assert.equal(status(warned), "Success")
  })

  it("D19 content of ebRIM 2.1: refused", () => {
    refused(withObject('<x xmlns="urn:oasis:names:tc:ebxml-regrep:rim:xsd:2.1"/>'), ["ebRIM 3.0"])
  })

  it("D20 a Japanese title without charset and lang: UTF-8", () => {
    const title = "胸部CT 山田太郎 髙橋"
    const named = xml.replace(
      /<rim:LocalizedString value="胸部CT &lt;1[^>]*>/,
      `<rim:LocalizedString value="${title}"/>`,
    )
    const bytes = Buffer.from(`<?xml version="1.0"?>${named}`, "utf8")
    assert.equal(readSubmission(readXml(bytes)).submission.documentEntries[0]?.title, title)
  })

  it("D22 uniqueId with ^ext: accepted of a document, refused of a SubmissionSet", () => {
    const [entry] = accepted(xml.replace('value="2.25.1000.1"', 'value="2.25.1000.1^a1"')).documentEntries
    assert.equal(entry?.uniqueId, "2.25.1000.1^a1")
    refused(xml.replace('value="2.25.2000"', 'value="2.25.2000^1"'), ["uniqueId", "2.25.2000^1"])
  })

  it("and folders, references and relationships nobody knows: taken, with a warning for each", function () {
    const known = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
    const folder = real(this, "associations/openxds-add_document2_folder.xml")
    assert.ok(folder.includes("d9d542f3-6cc4-48b6-8870-ea235fbc94c2") || folder.includes(known))
    accepted(withObject(association("f", known, uuid(500), uuid(1))), ["PartialFolderContentNotProcessed"])
    accepted(
      withObject(association("r", known, uuid(999_999), uuid(501), slot("SubmissionSetStatus", "Reference"))),
      ["PartialRelationshipContentNotProcessed"],
    )
    accepted(
      withObject(association("s", "urn:ihe:iti:2010:AssociationType:IsSnapshotOf", uuid(1), uuid(2))),
      ["PartialRelationshipContentNotProcessed"],
    )
  })
})

describe("metadata and octets that do not fit", () => {
  let people: People
  let center: Center
  before(async () => {
    people = makePeople()
    center = await openCenter(people)
  })
  after(() => center.close())

  it("D11 hash and size over the base64 text, or with a line end counted: refused", async () => {
    const document = Buffer.from("octets of a document")
    const base64 = Buffer.from(document.toString("base64"))
    const crlf = Buffer.concat([document, Buffer.from("\r\n")])
    const send = (claimed: Uint8Array) =>
      post(
        center.url,
        callingAs(people, people.hospital),
        multipart([rootPart(inlineRoot(sampleSubmission([claimed]), [document]))]),
      )
    assert.ok((await send(document)).body.includes("ResponseStatusType:Success"))
    for (const claimed of [base64, crlf]) {
      const { body } = await send(claimed)
      assert.ok(body.includes(METADATA) && body.includes("is not that of the transmitted octets"), body)
    }
  })

  it("tell every fault of a message at once, each with its place", async () => {
    const bent = xopRoot(sample)
      .replace("<rim:Value>ja-JP<", "<rim:Value>日本語<")
      .replace(slotOf("creationTime"), "")
      .replace('mimeType="application/dicom"', 'mimeType="x"')
    const { body } = await post(center.url, callingAs(people, people.hospital), multipart([rootPart(bent)]))
    const places = [...body.matchAll(/location="([^"]*)"/g)].map(([, place]) => place)
    const at = (step: string): string => `//*[@id='${uuid(1)}']/${step}`
    assert.deepEqual(places.sort(), [
      at("@mimeType"),
      at("Slot[@name='creationTime']"),
      at("Slot[@name='languageCode']"),
    ])
  })
})

describe("metadata at the journey's door", function () {
  this.timeout(30_000)
  let sides: TwoSides
  /** By attempt at a study: the codes of its warnings, or of its refusal. */
  let told: (readonly string[])[]
  let texts: string[]

  beforeEach(async () => {
    sides = await TwoSides.open()
    told = []
    texts = []
  })
  afterEach(() => sides.close())

  /** One study on its way to the centre, whose door is told something else. */
  async function sendStudy(bend: (submission: Submission, attempt: number) => Submission): Promise<void> {
    const inner = sides.center.door
    const door: SubmissionHandler = {
      begin: async (peer, submission, messageId) => {
        if (submission.submissionSet.contentTypeCode?.code !== "study")
          return inner.begin(peer, submission, messageId)
        try {
          const intake = await inner.begin(peer, bend(submission, told.length), messageId)
          return { ...intake, commit: async () => remember(await intake.commit()) }
        } catch (error) {
          if (error instanceof AcceptanceError) {
            told.push([error.registryCode])
            texts.push(error.codeContext)
          }
          throw error
        }
      },
    }
    Object.defineProperty(sides.center, "door", { get: () => door, configurable: true })
    await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
  }
  function remember<W extends { readonly errorCode: string; readonly codeContext: string }>(
    warnings: readonly W[],
  ) {
    told.push(warnings.map(({ errorCode }) => errorCode))
    texts.push(...warnings.map(({ codeContext }) => codeContext))
    return warnings
  }
  const everyEntry = (submission: Submission, facts: Partial<DocumentEntry>): Submission => ({
    ...submission,
    documentEntries: submission.documentEntries.map((entry) => ({ ...entry, ...facts })),
  })

  it("D9 creationTime of a wrong clock: Success with one warning", async () => {
    await sendStudy((submission) => everyEntry(submission, { creationTime: "20991231000000" }))
    assert.deepEqual(told, [[METADATA]])
    assert.match(texts[0]!, /creationTime .* in the future/)
  })

  it("D15 limited metadata the agreement does not take: refused in words that say so", async () => {
    await sendStudy((submission) => everyEntry(submission, { limitedMetadata: true }))
    assert.deepEqual(told[0], [METADATA])
    assert.match(texts[0]!, /limited metadata .* the agreement takes none/)
  })

  it("D15 limited metadata both sides agree on: a study there, its report back, without a patientId", async () => {
    sides.close()
    sides = await TwoSides.open({ agreement: { limitedMetadata: ["accept", "send"] } })
    await sendStudy((submission) => submission)
    assert.deepEqual(told, [[]])
    const [item] = await sides.center.reading.worklist(READER)
    assert.deepEqual([item?.state, item?.patient.PatientID], ["ready", "P1"])
    await report(sides.center, item!.requestId)
    await sides.settle()
    assert.equal(
      (await sides.edge.staff.request(CLERK, item!.requestId)).report?.impression,
      DRAFT.impression,
    )
    for (const side of [sides.edge, sides.center])
      for (const { private: kept } of await side.ledger.submissionsOf({ requestId: item!.requestId }))
        assert.deepEqual(
          [kept.submission?.submissionSet.limitedMetadata, kept.submission?.submissionSet.patientId],
          [true, null],
        )
  })

  it("D17 the same again: Success; the same document with other octets: XDSNonIdenticalHash", async () => {
    sides.line.fault = (kind, again) =>
      kind === "receipt" && told.length < 2 ? "unreachable" : kind === "study" && again === 0 ? "lost" : null
    await sendStudy((submission) => submission)
    assert.deepEqual(told, [[], []])
    sides.line.fault = () => null
    const [entry] = (await sides.center.ledger.studies(1)).slice(0, 1)
    const [kept] = await sides.center.ledger.submissionsOf({ studyId: entry!.id })
    const submission = kept!.private.submission!
    const other = everyEntry(
      { ...submission, submissionSet: { ...submission.submissionSet, uniqueId: "2.25.1" } },
      { hash: "0".repeat(40) },
    )
    const peer = { agreement: kept!.agreement, spkiSha256: "", remoteAddress: "192.0.2.1" }
    await assert.rejects(
      sides.center.door.begin(peer, other, "urn:uuid:1"),
      (error: unknown) => error instanceof AcceptanceError && error.registryCode === "XDSNonIdenticalHash",
    )
  })

  it("finds what a relationship is to by entryUUID, and else by referenceIdList", () => {
    const earlier = [{ entryUUID: uuid(70), uniqueId: "2.25.70" }] as unknown as readonly DocumentRecord[]
    const to = (target: string, references: readonly string[]) => {
      const submission = everyEntry(sample, { referenceIdList: references })
      return targetsAmong(earlier, submission)({ source: uuid(1), target })?.uniqueId ?? null
    }
    assert.equal(to(uuid(70), []), "2.25.70")
    assert.equal(to(uuid(71), ["2.25.70^^^^urn:ihe:iti:xds:2013:uniqueId"]), "2.25.70")
    assert.equal(to(uuid(71), ["2.25.70^^^^urn:ihe:iti:xds:2016:studyInstanceUID"]), null)
  })

  it("D21 relationships to what never came: Success, with the warning of each", async () => {
    await sendStudy((submission) => {
      const source = submission.documentEntries[0]!.entryUUID
      const types = ["RPLC", "APND", "XFRM", "XFRM_RPLC"] as const
      const unknown = types.map((type, index) => ({ type, source, target: uuid(7000 + index) }))
      return { ...submission, associations: [...submission.associations, ...unknown] }
    })
    assert.deepEqual(told, [
      [
        "PartialReplaceContentNotProcessed",
        "PartialAppendContentNotProcessed",
        "PartialTransformNotProcessed",
        "PartialTransformReplaceNotProcessed",
      ],
    ])
    const [arrived] = await sides.center.ledger.studies(1)
    assert.equal(arrived?.private.patient.PatientID, "P1")
  })

  it("more relationships than documents can have: refused before anything is read; signatures are not counted", async () => {
    await sendStudy((submission) => {
      const [source, count] = [submission.documentEntries[0]!.entryUUID, submission.documentEntries.length]
      const related = (type: "APND" | "signs", many: number) =>
        Array.from({ length: many }, (_, index) => ({ type, source, target: uuid(7000 + index) }))
      checkRelationships({
        ...submission,
        associations: [...related("APND", 4 * count), ...related("signs", 9 * count)],
      })
      return { ...submission, associations: related("APND", 4 * count + 1) }
    })
    assert.deepEqual(told[0], [METADATA])
    assert.match(texts[0]!, /relationships of \d+ documents/)
  })

  it("more signatures than anybody needs: refused before one of them is read", async () => {
    await sendStudy((submission) => {
      const seal = submission.documentEntries.at(-1)!
      const more = Array.from({ length: 8 }, (_, index) => ({
        ...seal,
        entryUUID: uuid(7000 + index),
        uniqueId: `2.25.7000.${index}`,
      }))
      return { ...submission, documentEntries: [...submission.documentEntries, ...more] }
    })
    assert.deepEqual(told[0], ["XDSRepositoryError"])
    assert.match(texts[0]!, /^9 signatures, .* 8 /)
  })

  it("many relationships of many documents take no longer each than one", async () => {
    await sendStudy((submission) => submission)
    const { world, ledger, agreements } = sides.center
    const [kept] = await ledger.studies(1)
    const many = 20_000
    const documentEntries = Array.from({ length: many }, (_, index) => ({
      ...sample.documentEntries[0]!,
      entryUUID: uuid(index),
      formatCode: null,
      mimeType: "text/plain",
    }))
    const made = documentEntries.map(({ entryUUID }) => ({ type: "XFRM", source: entryUUID }) as const)
    const associations = [
      ...made.map((each) => ({ ...each, target: uuid(many + 1) })),
      ...made.map(({ source }, index) => ({ type: "APND" as const, source, target: uuid(many - 1 - index) })),
    ]
    const submission = { ...sample, documentEntries, associations }
    checkRelationships(submission)
    const inbound = {
      agreement: agreements[0]!,
      kind: "report" as const,
      requestId: "",
      StudyInstanceUID: kept!.private.StudyInstanceUID,
      submission,
      onMedium: undefined,
    }
    const startedMs = performance.now()
    const remarks = await unresolved(world, inbound)
    const roles = new Set(documentEntries.map((entry) => roleIn(agreements[0]!, entry, submission)))
    assert.ok(performance.now() - startedMs < 2_000)
    assert.deepEqual([remarks.length, [...roles]], [2 * many, ["attachment"]])
  })
})
