import assert from "node:assert/strict"
import fc from "fast-check"
import { DATA_TYPES, faultOf, type DataTypeName } from "../../../gateway/standards/xds/data-type-table.ts"
import * as types from "../../../gateway/standards/xds/data-types.ts"
import { valueKind } from "../../../gateway/standards/xds/value-kind.ts"

/** Good cases and bad cases of each type (ITI TF-3 table 4.2.3.1.7-2). */
const CASES: readonly (readonly [
  string,
  (value: string) => boolean,
  readonly string[],
  readonly string[],
])[] = [
  [
    "OID",
    types.isOid,
    ["1.2.3", "2.25.329800735698586629295641978511506172918", "0.9.1", "2.999.0"],
    ["", "1", "3.4.5", "1.02.3", "1.2.", "1..2", "urn:oid:1.2", "1.2.3 ", `1.${"2".repeat(63)}`],
  ],
  [
    "uniqueId",
    types.isUniqueId,
    ["1.2.3", "1.2.3^abc", "urn:uuid:102439f8-5881-4b36-8b42-ef73ae560c04", "https://x/1"],
    ["", "abc", "1.2.3^", "1.2.3^12345678901234567", "1.2.3^a b", `urn:${"x".repeat(125)}`],
  ],
  [
    "UUID",
    types.isUuid,
    [
      "urn:uuid:102439f8-5881-4b36-8b42-ef73ae560c04",
      "URN:UUID:102439F8-5881-4B36-8B42-EF73AE560C04",
      "urn:uuid:102439f858814b368b42ef73ae560c04",
    ],
    ["", "102439f8-5881-4b36-8b42-ef73ae560c04", "urn:uuid:", "urn:uuid:102439f8", "urn:oid:1.2.3"],
  ],
  [
    "entryUUID",
    types.isEntryId,
    ["Document01", "urn:uuid:102439f8-5881-4b36-8b42-ef73ae560c04", "theDocument"],
    ["", "urn:uuid:1", "URN:UUID:x"],
  ],
  ["homeCommunityId", types.isHomeCommunityId, ["urn:oid:1.2.3"], ["", "1.2.3", "urn:oid:", "urn:oid:3.4.5"]],
  [
    "DTM",
    types.isDtm,
    ["2026", "202602", "20260228", "2026022823", "202602282359", "20260228235959"],
    [
      "",
      "26",
      "2026-02-28",
      "20261301",
      "20260132",
      "2026022824",
      "20260228235960",
      "20260228235959.1",
      "20260228235959+0900",
      "2026022",
    ],
  ],
  [
    "CX",
    types.isCx,
    ["1^^^&1.2.3&ISO", "0001 2^^^&1.2.3&ISO"],
    [
      "",
      "1",
      "1^^^&1.2.3&ISO^PI",
      "1^^^NS&1.2.3&ISO",
      "1^^^&3.4.5&ISO",
      " 1^^^&1.2.3&ISO",
      "1 ^^^&1.2.3&ISO",
      "^^^&1.2.3&ISO",
      "1^^^&1.2.3&iso",
      "1^x^^&1.2.3&ISO",
    ],
  ],
  [
    "CXi",
    types.isCxi,
    [
      "1^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:accession",
      "1.2^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
      "1^^^&1.2.3&ISO^urn:x^&1.2&ISO",
    ],
    ["", "1^^^&1.2.3&ISO", "1^^^&4.2.3&ISO^urn:x", "^^^^urn:x", "1^^^&1.2.3&ISO^"],
  ],
  [
    "XCN",
    types.isXcn,
    ["^山田^太郎", "D1^^^^^^^^&1.2.3&ISO", "D1^山田^太郎^^^^^^&1.2.3&ISO", "D1"],
    ["", "^^太郎", "^山田^^^^^^^&1.2.3&ISO", "D1^^^^^^^^&3.2.3&ISO"],
  ],
  [
    "XON",
    types.isXon,
    ["病院", "病院^^^^^^^^^1.2.3", "病院^^^^^&1.2.3&ISO^^^^44"],
    ["", "^^^^^^^^^1.2.3", "病院^^^^^^^^^44", "病院^^^^^&1.2.3&ISO"],
  ],
  [
    "XTN",
    types.isXtn,
    ["^^Internet^a@b", "^PRN^PH^^81^3^12345678", "^^CP^^81^90^1"],
    ["", "a@b", "^^Internet^a", "^^FX^^1"],
  ],
  [
    "intendedRecipient",
    types.isRecipient,
    ["病院", "病院|^山田", "|^山田|^^Internet^a@b", "||^^Internet^a@b", "病院||"],
    ["", "||", "|^^|", "a|^b|^^Internet^a@b|x"],
  ],
  [
    "hash",
    types.isHash,
    ["da39a3ee5e6b4b0d3255bfef95601890afd80709", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"],
    ["", "da39", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "g".repeat(40)],
  ],
  ["size", types.isSize, ["0", "123456789012345"], ["", "-1", "1.5", "1e3", "1234567890123456"]],
  [
    "mimeType",
    types.isMimeType,
    ["application/dicom", "application/pkcs7-mime", "text/x-cda-r2+xml"],
    ["", "text", "text/xml; charset=UTF-8", "text/"],
  ],
  [
    "languageCode",
    types.isLanguageCode,
    ["ja-JP", "art", "zh-Hant-TW"],
    ["", "日本語", "ja_JP", "abcdefghi"],
  ],
  [
    "sourcePatientInfo",
    types.isPatientInfo,
    [
      "PID-3|1^^^&1.2.3&ISO",
      "PID-3|1^^^&1.2.3&ISO~2^^^&1.2.4&ISO",
      "PID-5|山田^太郎^^^^^L^I",
      "PID-7|19700101",
      "PID-8|M",
      "PID-11|",
      "PID-3|",
    ],
    ["", "PID-3", "PID-2|1", "PID-19|1", "PID-7|1970-01-01", "PID-8|X", "PID-3|1^^^&3.4.5&ISO", "OBX-1|x"],
  ],
]

describe("XDS data types", () => {
  for (const [name, test, good, bad] of CASES) {
    it(`accepts good ${name}`, () => {
      for (const value of good) assert.ok(test(value), value)
    })
    it(`refuses bad ${name}`, () => {
      for (const value of bad) assert.ok(!test(value), value)
    })
  }

  it("orders times of different precision in favour of the sender", () => {
    assert.ok(types.isInOrder("2026", "2026"))
    assert.ok(types.isInOrder("20260102", "202601"))
    assert.ok(!types.isInOrder("20260201", "202601"))
  })

  it("names the domain of a wrong patient id, never the id", () => {
    assert.equal(types.explainCx("SECRET^^^&3.4.5&ISO"), "is of an authority that is no OID: 3.4.5")
    assert.ok(!types.explainCx("SECRET^^^X&1.2.3&ISO").includes("SECRET"))
  })

  it("repeats nothing of a value that may name a person, whatever is wrong with it", () => {
    const name = fc.string({ unit: "grapheme", minLength: 4, maxLength: 20 }).map((text) => `山田${text}太郎`)
    const around = fc.constantFrom("", "^", "^^^&1.2.3&ISO", "^^^X&1.2.3&ISO^PI", " ", "|", "PID-19|")
    const secret = (Object.keys(DATA_TYPES) as DataTypeName[]).filter((type) => DATA_TYPES[type].isSecret)
    fc.assert(
      fc.property(fc.constantFrom(...secret), name, around, around, (type, person, before, after) => {
        const fault = faultOf(type, `${before}${person}${after}`)
        assert.ok(fault === null || !/山田|太郎/.test(fault), fault ?? "")
      }),
    )
  })

  it("says of what kind a wrong value is", () => {
    const kinds = [
      ["20260701010203+0900", "a time with a zone"],
      ["2026-07-01", "a time with separators"],
      ["urn:uuid:1", "a UUID URN"],
      ["1.2.3", "numbers with dots"],
      ["12345678", "8 digits"],
      ["a^b^c", "3 components by ^"],
      ["山田太郎", "text of 4 characters"],
      ["", "empty"],
    ] as const
    for (const [value, kind] of kinds) assert.equal(valueKind(value), kind)
  })
})
