import assert from "node:assert/strict"
import fc from "fast-check"
import { relationshipsOf } from "../../../gateway/standards/xds/cross-rules.ts"
import {
  Complaints,
  MetadataFault,
  type MetadataComplaint,
} from "../../../gateway/standards/xds/metadata-fault.ts"
import type { Submission } from "../../../gateway/standards/xds/submission.ts"
import { readSubmission } from "../../../gateway/standards/xds/submission-reader.ts"
import { writeSubmission } from "../../../gateway/standards/xds/submission-writer.ts"
import { readXml } from "../../../gateway/standards/xml/reader.ts"
import { PROVIDE_LIMITS } from "../../../gateway/standards/xds/provide-and-register-reader.ts"
import { sampleSubmission, uuid } from "./sample-submission.ts"

const OCTETS = [Buffer.from("one"), Buffer.from("two"), null]
const sample = sampleSubmission(OCTETS)
const sampleXml = writeSubmission(sample).text
const read = (xml: string) => readSubmission(readXml(xml))

/** Everything the reader complains of. */
function complaints(xml: string): readonly MetadataComplaint[] {
  try {
    read(xml)
  } catch (error) {
    if (error instanceof MetadataFault) return error.complaints
    throw error
  }
  return []
}

/** Bends the sample and expects exactly one complaint that says this. */
function faulty(bend: (xml: string) => string, errorCode: string, ...words: readonly string[]): void {
  const bent = bend(sampleXml)
  assert.notEqual(bent, sampleXml)
  const [first, ...others] = complaints(bent)
  assert.ok(first !== undefined)
  assert.deepEqual(others, [])
  assert.equal(first.errorCode, errorCode)
  for (const word of words) assert.ok(first.codeContext.includes(word), `${word} in ${first.codeContext}`)
}

describe("submission", () => {
  it("reads back as it was written", () => {
    assert.deepEqual(read(sampleXml), { submission: sample, warnings: [] })
  })

  it("keeps any text in titles, codes and names", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 100 })
      .filter((value) => !/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(value))
    fc.assert(
      fc.property(text, text, (title, display) => {
        const [entry] = sample.documentEntries
        const bent: Submission = {
          ...sample,
          submissionSet: { ...sample.submissionSet, title },
          documentEntries: [{ ...entry!, title, typeCode: { code: display, scheme: title, display } }],
          associations: [],
        }
        assert.deepEqual(read(writeSubmission(bent).text).submission, bent)
      }),
    )
  })

  it("reads back as limited metadata, with nothing that may be absent", () => {
    const [entry] = sample.documentEntries
    const limited: Submission = {
      submissionSet: {
        ...sample.submissionSet,
        limitedMetadata: true,
        patientId: null,
        contentTypeCode: null,
      },
      documentEntries: [
        {
          ...entry!,
          limitedMetadata: true,
          author: null,
          classCode: null,
          typeCode: null,
          formatCode: null,
          confidentialityCode: [],
          healthcareFacilityTypeCode: null,
          practiceSettingCode: null,
          languageCode: null,
          creationTime: null,
          serviceStartTime: null,
          patientId: null,
          sourcePatientId: null,
          sourcePatientInfo: [],
        },
      ],
      associations: [],
    }
    assert.deepEqual(read(writeSubmission(limited).text), { submission: limited, warnings: [] })
  })

  it("writes the same bytes for the same values", () => {
    assert.equal(writeSubmission(sampleSubmission(OCTETS)).text, sampleXml)
  })

  it("reads 4,000 documents within a second or two", function () {
    this.timeout(20_000)
    const many = sampleSubmission(Array.from({ length: 4000 }, () => OCTETS[0]!))
    const xml = writeSubmission(many).text
    assert.equal(readSubmission(readXml(xml, PROVIDE_LIMITS)).submission.documentEntries.length, 4000)
  })

  describe("accepts", () => {
    it("the SubmissionSet's label beside it instead of inside", () => {
      const label = /<rim:Classification classificationNode="urn:uuid:a54d6aa5[^>]*>/.exec(sampleXml)![0]
      const beside = sampleXml.replace(label, "").replace("</rim:RegistryObjectList>", `${label}$&`)
      assert.deepEqual(read(beside).submission, sample)
    })
    it("parts of an object in another order", () => {
      const swapped = sampleXml.replace(
        /(<rim:Slot name="codingScheme">.*?<\/rim:Slot>)(<rim:Name>.*?<\/rim:Name>)/g,
        "$2$1",
      )
      assert.notEqual(swapped, sampleXml)
      assert.deepEqual(read(swapped).submission, sample)
    })
    it("symbolic ids, and UUIDs in upper case", () => {
      const symbolic = sampleXml.replaceAll(uuid(1), "Document01")
      assert.equal(read(symbolic).submission.documentEntries[0]?.entryUUID, "Document01")
      assert.deepEqual(read(sampleXml.replaceAll(uuid(10), uuid(10).toUpperCase())).submission, sample)
      const upper = sampleXml.replaceAll(
        "urn:uuid:00000000-0000-4000-8000-",
        "URN:UUID:00000000-0000-4000-8000-",
      )
      assert.deepEqual(read(upper).submission, sample)
    })
    it("a hash in capitals", () => {
      const { hash } = sample.documentEntries[0]!
      assert.deepEqual(read(sampleXml.replace(hash!, hash!.toUpperCase())).submission, sample)
    })
    it("an empty slot as no slot", () => {
      const empty = sampleXml.replace(
        /(<rim:Slot name="hash">)<rim:ValueList>.*?<\/rim:ValueList>/,
        "$1<rim:ValueList/>",
      )
      assert.equal(read(empty).submission.documentEntries[0]?.hash, null)
    })
    it("relationships to earlier documents", () => {
      const associations = [{ type: "RPLC", source: uuid(1), target: uuid(77) }] as const
      const { submission } = read(writeSubmission({ ...sample, associations }).text)
      assert.deepEqual(submission.associations, associations)
    })
  })

  describe("warns of", () => {
    const warnings = (bend: (xml: string) => string): readonly string[] =>
      read(bend(sampleXml)).warnings.map(({ errorCode }) => errorCode)

    it("a slot it does not know", () => {
      const slot = '<rim:Slot name="urn:x"><rim:ValueList><rim:Value>1</rim:Value></rim:ValueList></rim:Slot>'
      assert.deepEqual(
        warnings((xml) => xml.replace('<rim:Slot name="creationTime">', `${slot}$&`)),
        ["XDSExtraMetadataNotSaved"],
      )
    })
    it("a second author", () => {
      const author = (xml: string): string =>
        /<rim:Classification classificationScheme="urn:uuid:93606bcf.*?<\/rim:Classification>/.exec(xml)![0]
      assert.deepEqual(
        warnings((xml) => xml.replace(author(xml), "$&$&")),
        ["XDSExtraMetadataNotSaved"],
      )
    })
    it("a folder with its members", () => {
      const folder = `<rim:RegistryPackage id="Folder01"><rim:Classification id="f1" classificationNode="urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2" classifiedObject="Folder01"/></rim:RegistryPackage>`
      const member = `<rim:Association id="fm" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember" sourceObject="Folder01" targetObject="${uuid(1)}"/>`
      assert.deepEqual(
        warnings((xml) => xml.replace("</rim:RegistryObjectList>", `${folder}${member}$&`)),
        ["PartialFolderContentNotProcessed"],
      )
    })
    it("memberships in folders nobody knows, as many as there are documents, without going through these for each", () => {
      const [entry] = sample.documentEntries
      const ids = Array.from({ length: 20_000 }, (_, index) => uuid(index + 1))
      const found = new Complaints()
      const startedMs = performance.now()
      relationshipsOf(
        {
          submissionSet: sample.submissionSet,
          documentEntries: ids.map((entryUUID) => ({ ...entry!, entryUUID, uniqueId: entryUUID })),
          folders: [],
          associations: ids.flatMap((target, index) =>
            [sample.submissionSet.entryUUID, uuid(2_000_000 + index)].map((source) => {
              return { id: source, type: "HasMember", source, target, status: "Original" } as const
            }),
          ),
        },
        found,
      )
      assert.ok(performance.now() - startedMs < 1_000)
      assert.deepEqual([found.errors.length, found.warnings.length], [0, 100])
    })
    it("a membership in an earlier folder, once for each", () => {
      const member = `<rim:Association id="fm" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember" sourceObject="${uuid(555)}" targetObject="${uuid(1)}"/>`
      const other = member.replace('"fm"', '"fn"').replace(uuid(1), uuid(2))
      assert.deepEqual(
        warnings((xml) => xml.replace("</rim:RegistryObjectList>", `${member}${other}$&`)),
        ["PartialFolderContentNotProcessed", "PartialFolderContentNotProcessed"],
      )
    })
    it("a classification it does not know", () => {
      const other = `<rim:Classification id="c" classificationScheme="urn:uuid:1e3a1f7c-21c3-4aa9-b8cf-4d1c8f6e2b10" classifiedObject="${uuid(1)}" nodeRepresentation="x"/>`
      assert.deepEqual(
        warnings((xml) =>
          xml.replace(/<rim:Classification [^>]*classificationScheme="urn:uuid:41a5887f/, `${other}$&`),
        ),
        ["XDSExtraMetadataNotSaved"],
      )
    })
    it("a relationship it does not know, and a reference to an earlier document", () => {
      const snapshot = sampleXml.replace("AssociationType:signs", "AssociationType:IsSnapshotOf")
      assert.deepEqual(
        read(snapshot).warnings.map(({ errorCode }) => errorCode),
        ["PartialRelationshipContentNotProcessed"],
      )
      const reference = `<rim:Association id="r" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember" sourceObject="${uuid(999_999)}" targetObject="${uuid(5000)}"><rim:Slot name="SubmissionSetStatus"><rim:ValueList><rim:Value>Reference</rim:Value></rim:ValueList></rim:Slot></rim:Association>`
      assert.deepEqual(
        warnings((xml) => xml.replace("</rim:RegistryObjectList>", `${reference}$&`)),
        ["PartialRelationshipContentNotProcessed"],
      )
    })
  })

  describe("complains of", () => {
    const METADATA = "XDSRepositoryMetadataError"
    const drop = (pattern: RegExp) => (xml: string) => xml.replace(pattern, "")
    const slot = (name: string) => new RegExp(`<rim:Slot name="${name}">.*?</rim:Slot>`)
    const scheme = (start: string) =>
      new RegExp(`<rim:Classification classificationScheme="urn:uuid:${start}.*?</rim:Classification>`)
    const identifier = (start: string) =>
      new RegExp(
        `<rim:ExternalIdentifier [^>]*identificationScheme="urn:uuid:${start}.*?</rim:ExternalIdentifier>`,
      )

    const missing: readonly (readonly [string, RegExp])[] = [
      ["creationTime", slot("creationTime")],
      ["languageCode", slot("languageCode")],
      ["sourcePatientId", slot("sourcePatientId")],
      ["submissionTime", slot("submissionTime")],
      ["classCode", scheme("41a5887f")],
      ["typeCode", scheme("f0306f51")],
      ["formatCode", scheme("a09d5840")],
      ["confidentialityCode", scheme("f4f85eac")],
      ["healthcareFacilityTypeCode", scheme("f33fb8ac")],
      ["practiceSettingCode", scheme("cccf5598")],
      ["contentTypeCode", scheme("aa543740")],
      ["uniqueId", identifier("2e82c1f6")],
      ["sourceId", identifier("554ac39e")],
    ]
    for (const [name, pattern] of missing)
      it(`a missing ${name}`, () => faulty(drop(pattern), METADATA, name, "missing"))

    const cases: readonly (readonly [string, readonly string[], (xml: string) => string])[] = [
      [
        "a mimeType with parameters",
        ["mimeType", "charset"],
        (xml) => xml.replace('mimeType="application/dicom"', 'mimeType="text/xml; charset=UTF-8"'),
      ],
      [
        "a time with zone",
        ["creationTime", "+0900"],
        (xml) => xml.replace("20260701010203", "20260701010203+0900"),
      ],
      ["a SHA-256", ["hash"], (xml) => xml.replace(/[0-9a-f]{40}/, "e".repeat(64))],
      [
        "a start after the stop",
        ["serviceStartTime"],
        (xml) =>
          xml.replace(
            slot("serviceStartTime"),
            '$&<rim:Slot name="serviceStopTime"><rim:ValueList><rim:Value>2025</rim:Value></rim:ValueList></rim:Slot>',
          ),
      ],
      ["a slot given twice", ["size", "twice"], (xml) => xml.replace(slot("size"), "$&$&")],
      [
        "two values in one slot",
        ["languageCode", "2 values"],
        (xml) => xml.replace("<rim:Value>ja-JP</rim:Value>", "$&$&"),
      ],
      [
        "a value that is too long",
        ["sourcePatientInfo", "256"],
        (xml) => xml.replace("PID-5|", `PID-5|${"山".repeat(256)}`),
      ],
      ["a code given twice", ["typeCode", "2 times"], (xml) => xml.replace(scheme("f0306f51"), "$&$&")],
      [
        "a code without scheme",
        ["codingScheme"],
        (xml) => xml.replace(/(f0306f51.*?)<rim:Slot name="codingScheme">.*?<\/rim:Slot>/, "$1"),
      ],
      [
        "a code without display",
        ["display"],
        (xml) => xml.replace(/(f0306f51.*?)<rim:Name>.*?<\/rim:Name>/, "$1"),
      ],
      [
        "a child of another object",
        ["classifiedObject"],
        (xml) => xml.replace(`classifiedObject="${uuid(1)}"`, `classifiedObject="${uuid(2)}"`),
      ],
      [
        "an identifier of another object",
        ["registryObject"],
        (xml) => xml.replace(`registryObject="${uuid(1)}"`, `registryObject="${uuid(2)}"`),
      ],
      [
        "a SubmissionSet with an extension",
        ["uniqueId", "2.25.2000^1"],
        (xml) => xml.replace('value="2.25.2000"', 'value="2.25.2000^1"'),
      ],
      [
        "an on-demand entry",
        ["objectType"],
        (xml) => xml.replace("7edca82f-054d-47f2-a032-9b2a5b5186c1", "34268e47-fdf5-41a6-ba33-82133c465248"),
      ],
      [
        "an entry that is no member",
        [uuid(2), "HasMember"],
        drop(/<rim:Association id="member-2".*?<\/rim:Association>/),
      ],
      ["a membership without status", ["SubmissionSetStatus"], drop(slot("SubmissionSetStatus"))],
      [
        "a relationship with itself",
        ["itself"],
        (xml) =>
          xml.replace(
            `targetObject="${uuid(2)}" objectType="urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association"/>`,
            `targetObject="${uuid(1)}"/>`,
          ),
      ],
      [
        "a relationship from elsewhere",
        ["source"],
        (xml) => xml.replace(`signs" sourceObject="${uuid(1)}"`, `signs" sourceObject="${uuid(50)}"`),
      ],
      [
        "a relationship to nothing",
        ["target"],
        (xml) => xml.replace(/(id="relationship-1".*?targetObject=")[^"]*/, "$1doc99"),
      ],
      [
        "a replacement within the submission",
        ["replaces"],
        (xml) => xml.replace("AssociationType:signs", "AssociationType:RPLC"),
      ],
      ["an id used twice", ["member-1", "twice"], (xml) => xml.replace('id="member-2"', 'id="member-1"')],
      [
        "what has no place in a submission",
        ["Service"],
        (xml) => xml.replace("</rim:RegistryObjectList>", '<rim:Service id="s"/>$&'),
      ],
      [
        "what is not ebRIM 3.0",
        ["ebRIM"],
        (xml) =>
          xml.replace(
            "</rim:RegistryObjectList>",
            '<x xmlns="urn:oasis:names:tc:ebxml-regrep:rim:xsd:2.1"/>$&',
          ),
      ],
    ]
    for (const [what, words, bend] of cases) it(what, () => faulty(bend, METADATA, ...words))

    it("another patient", () => {
      const [entry, ...others] = sample.documentEntries
      const patientId = "OTHER^^^&1.2.3&ISO"
      const mixed = { ...sample, documentEntries: [{ ...entry!, patientId }, ...others] }
      const found = complaints(writeSubmission(mixed).text)
      assert.deepEqual(
        found.map(({ errorCode }) => errorCode),
        ["XDSPatientIdDoesNotMatch"],
      )
      assert.ok(!found[0]?.codeContext.includes("OTHER"))
    })
    it("a uniqueId twice", () => {
      faulty(
        (xml) => xml.replace('value="2.25.1000.2"', 'value="2.25.1000.1"'),
        "XDSRepositoryDuplicateUniqueIdInMessage",
        "2.25.1000.1",
      )
    })
    it("no SubmissionSet and two of them", () => {
      const none = sampleXml.replace(/<rim:RegistryPackage.*<\/rim:RegistryPackage>/, "")
      assert.ok(complaints(none).some(({ codeContext }) => codeContext.startsWith("0 SubmissionSets")))
      const two = sampleXml.replace(
        /<rim:RegistryPackage.*<\/rim:RegistryPackage>/,
        (first) => first + first.replaceAll(uuid(999_999), "S2"),
      )
      assert.ok(complaints(two).some(({ codeContext }) => codeContext.startsWith("2 SubmissionSets")))
    })
    it("everything at once, up to a hundred", () => {
      assert.equal(
        complaints(sampleXml.replaceAll('nodeRepresentation="18748-4"', "").replaceAll("ja-JP", "日本"))
          .length,
        6,
      )
      const many = writeSubmission(sampleSubmission(Array.from({ length: 300 }, () => null))).text
      const told = complaints(many.replaceAll("ja-JP", "日本"))
      assert.deepEqual(
        [told.length, told.at(-1)?.codeContext],
        [101, "799 objects that were not looked at"],
        "200 entries and their relationships",
      )
    })
    it("a hundred thousand empty objects, without judging each of them", () => {
      const told = complaints(
        sampleXml.replace(
          "<rim:ExtrinsicObject",
          (first) => '<rim:ExtrinsicObject id="x"/>'.repeat(100_000) + first,
        ),
      )
      assert.equal(told.length, 101)
      assert.match(told.at(-1)!.codeContext, /^\d{1,3} faults more, \d{5,6} objects that were not looked at$/)
    })
  })
})
