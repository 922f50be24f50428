import assert from "node:assert/strict"
import fc from "fast-check"
import { readReadingRequest } from "../../../gateway/standards/request/read-reading-request.ts"
import { writeReadingRequest } from "../../../gateway/standards/request/reading-request.ts"
import {
  REQUEST_STATUSES,
  REQUEST_TEXTS,
  SETTINGS,
  STUDY_ROLES,
  URGENCY_CODES,
  type ReadingRequest,
  type RequestTexts,
} from "../../../gateway/standards/request/request-content.ts"

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted

const TEXTS = Object.fromEntries(REQUEST_TEXTS.map((name) => [name, ""])) as RequestTexts
const REQUEST: ReadingRequest = {
  documentId: "2.25.1",
  requestId: "0f8fad5b-d9cb-469f-a165-70867728950e",
  version: 2,
  status: "active",
  amendment: { replacesDocumentId: "2.25.2", reason: "至急に変更" },
  requestNumber: "R-20261125-0091",
  requestedAt: "2026-11-25T04:00:00Z",
  institution: { oid: "1.2.392.1", name: "みほん市民病院" },
  department: "救急",
  physician: { id: "d-017", name: "想定 一夫" },
  telephone: "0000-00-0000 内線 17",
  reportTo: "",
  readingCenter: { oid: "1.2.392.2", name: "想定遠隔読影センター" },
  namedReader: "見本 灯",
  setting: "emergency",
  urgency: {
    code: "STAT",
    dueAt: "2026-11-25T14:00:00+09:00",
    telephoneOnResult: true,
    history: [
      {
        at: "2026-11-25T04:30:00Z",
        code: "ROUTINE",
        dueAt: "2026-11-26T17:00:00+09:00",
        by: "窓口 三奈",
        reason: "容態の変化",
      },
    ],
  },
  patient: {
    PatientID: "00-0012345",
    idRoot: "1.2.392.100495.20.3.51.11311234567",
    alphabetic: "MIHON TARO",
    ideographic: "見本 太郎",
    phonetic: "ミホン タロウ",
    birthDate: "1945-03-08",
    sex: "M",
    onImages: [],
  },
  texts: { ...TEXTS, purpose: "出血性変化の有無。\n  水頭症の有無。", eGFR: "48", region: "頭部" },
  parts: 1,
  studies: [
    {
      role: "target",
      StudyInstanceUID: "1.2.3",
      AccessionNumber: "X-017",
      description: "頭部 単純",
      missing: 2,
    },
    { role: "prior", StudyInstanceUID: "1.2.4", AccessionNumber: "", description: "", missing: 0 },
    {
      role: "reference",
      StudyInstanceUID: "",
      AccessionNumber: "",
      description: "前医の<報告書>",
      missing: 0,
    },
  ],
  attachments: [{ documentId: "2.25.9", title: "読影依頼票（紙）" }],
}
const bent = (from: string | RegExp, to: string) => {
  const text = new TextDecoder().decode(writeReadingRequest(REQUEST))
  const changed = text.replace(from, to)
  assert.notEqual(changed, text, "the sample holds what the test bends")
  return new TextEncoder().encode(changed)
}

/** Anything XML can carry, controls and broken surrogates excepted. */
const text = fc
  .string({ unit: "binary", maxLength: 30 })
  .map((any) => any.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\u{FFFE}\u{FFFF}]/gu, ""))
const oid = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => `2.25.${value}`)
const instant = fc
  .date({ min: new Date("1990-01-01T00:00:00Z"), max: new Date("2090-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString())
const organization = fc.record({ oid, name: text })

const anyRequest: fc.Arbitrary<ReadingRequest> = fc.record({
  documentId: oid,
  requestId: fc.uuid(),
  version: fc.integer({ min: 2, max: 99 }),
  status: fc.constantFrom(...REQUEST_STATUSES),
  amendment: fc.option(fc.record({ replacesDocumentId: oid, reason: text })),
  requestNumber: text.map((any) => `R${any}`),
  requestedAt: instant,
  institution: organization,
  department: text,
  physician: fc.record({ id: text, name: text }),
  telephone: text,
  reportTo: text,
  readingCenter: organization,
  namedReader: text,
  setting: fc.constantFrom(...SETTINGS),
  urgency: fc.record({
    code: fc.constantFrom(...URGENCY_CODES),
    dueAt: instant,
    telephoneOnResult: fc.boolean(),
    history: fc.array(
      fc.record({
        at: instant,
        code: fc.constantFrom(...URGENCY_CODES),
        dueAt: instant,
        by: text,
        reason: text,
      }),
      { maxLength: 3 },
    ),
  }),
  patient: fc.record({
    PatientID: text,
    idRoot: oid,
    alphabetic: text,
    ideographic: text,
    phonetic: text,
    birthDate: fc.option(instant.map((any) => any.slice(0, 10))),
    sex: fc.constantFrom<ReadingRequest["patient"]["sex"]>("M", "F", "O", ""),
    onImages: fc.array(text, { maxLength: 2 }),
  }),
  texts: fc.record(Object.fromEntries(REQUEST_TEXTS.map((name) => [name, text]))),
  parts: fc.nat(9),
  studies: fc.array(
    fc.record({
      role: fc.constantFrom(...STUDY_ROLES),
      StudyInstanceUID: text,
      AccessionNumber: text,
      description: text,
      missing: fc.nat(999),
    }),
    { maxLength: 3 },
  ),
  attachments: fc.array(fc.record({ documentId: oid, title: text }), { maxLength: 2 }),
})

describe("reading request document", () => {
  it("reads back as it was written", () => {
    assert.deepEqual(readReadingRequest(writeReadingRequest(REQUEST)), REQUEST)
  })

  it("reads back whatever it says, character for character", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const read = readReadingRequest(writeReadingRequest(request))
        assert.equal(JSON.stringify(sorted(read)), JSON.stringify(sorted(request)))
      }),
      { numRuns: 200 },
    )
  })

  it("refuses what it does not know, wherever it stands", () => {
    for (const document of [
      bent("reading-request:1", "reading-request:2"),
      bent("<ReadingRequest", '<ReadingRequest hold="true"'),
      bent("<Urgency", "<Sedation/><Urgency"),
      bent("<Requester ", '<Requester pager="1" '),
      bent("<Reader", "not yet<Reader"),
      bent('name="eGFR"', 'name="purpose"'),
      bent(/(<Patient [^>]*>)/, "$1$1"),
      bent("出血性", "<b/>出血性"),
      bent("<Urgency", '<x:Urgency xmlns:x="urn:other"/><Urgency'),
    ])
      assert.throws(() => readReadingRequest(document), code("NOTICE_UNKNOWN"))
  })

  it("refuses what is missing", () => {
    assert.throws(() => readReadingRequest(bent(/<Patient [^>]*>/, "")), code("NOTICE_INCOMPLETE"))
    assert.throws(
      () => readReadingRequest(bent(' telephone="0000-00-0000 内線 17"', "")),
      code("NOTICE_INCOMPLETE"),
    )
  })

  it("refuses values outside their range, in both directions", () => {
    for (const [from, to] of [
      ['code="STAT"', 'code="NOW"'],
      ['setting="emergency"', 'setting="ward"'],
      ['role="target"', 'role="main"'],
      ["2026-11-25T14:00:00+09:00", "2026-11-25T14:00:00"],
      ["2026-11-25T14:00:00+09:00", "2026-13-25T14:00:00Z"],
      ['version="2"', 'version="0"'],
      ['version="2"', 'version="1"'],
      ['documentId="2.25.1"', 'documentId="2.25.01"'],
      ['birthDate="1945-03-08"', 'birthDate="8.3.45"'],
      ['telephoneOnResult="true"', 'telephoneOnResult="yes"'],
      ['requestId="0f8f', 'requestId="<'.replace("<", " ")],
    ] as const)
      assert.throws(() => readReadingRequest(bent(from, to)), code("NOTICE_VALUE"), `${from} → ${to}`)
    assert.throws(() => writeReadingRequest({ ...REQUEST, requestNumber: "" }), code("NOTICE_VALUE"))
  })

  it("cannot carry what XML cannot", () => {
    assert.throws(() => writeReadingRequest({ ...REQUEST, department: "a\u0000" }), code("XML_CHARACTER"))
  })
})

/** Keys in one order, for comparing as text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, any]) => [key, sorted(any)]),
  )
}
