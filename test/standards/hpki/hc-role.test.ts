import assert from "node:assert/strict"
import { describe, it } from "mocha"
import { readDer } from "../../../gateway/standards/cms/der.ts"
import { context, oid, sequence, setOf, utf8String } from "../../../gateway/standards/cms/der-write.ts"
import {
  HEALTHCARE_ACTOR,
  JAPANESE_CODING_SCHEME,
  readHCActor,
  readHcRoles,
  writeHcRole,
} from "../../../gateway/standards/hpki/hc-role.ts"
import { HEALTHCARE_ROLES, japaneseRole } from "../../../gateway/standards/hpki/healthcare-roles.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"

/** The whole extension value of a signing card. */
const CARD =
  "303430320606288185420001312831263024a0223120a00c060a2a830886910f01060101a2100c0e4d65646963616c20446f63746f72"

describe("hcRole", () => {
  it("of a card is read and written octet for octet", () => {
    const actors = readHcRoles(readDer(Buffer.from(CARD, "hex")))
    assert.deepEqual(actors, [{ codingScheme: JAPANESE_CODING_SCHEME, code: "", text: "Medical Doctor" }])
    assert.equal(Buffer.from(writeHcRole("Medical Doctor")).toString("hex"), CARD)
  })

  it("is read with and without a code", () => {
    const read = (base64: string) => readHCActor(readDer(Buffer.from(base64, "base64")))
    assert.equal(read("MCSgIjEgoAwGCiqDCIaRDwEGAQGiEAwOTWVkaWNhbCBEb2N0b3I=").text, "Medical Doctor")
    const coded = read("MCegJTEjoAwGCiqDCIaRDwEGAQGhBRIDMTIzogwMClBoYXJtYWNpc3Q=")
    assert.deepEqual([coded.text, coded.code], ["Pharmacist", "123"])
  })

  it("is read with CodedData as a SEQUENCE, and beside other attributes", () => {
    const coded = sequence(context(0, oid(JAPANESE_CODING_SCHEME)), context(2, utf8String("Dentist")))
    const role = sequence(oid(HEALTHCARE_ACTOR), setOf(setOf(sequence(context(0, coded)))))
    const other = sequence(oid("1.3.6.1.5.5.7.9.1"), setOf(utf8String("x")))
    assert.deepEqual(
      readHcRoles(readDer(sequence(other, role))).map(({ text }) => text),
      ["Dentist"],
    )
  })

  it("without a coding scheme is refused", () => {
    const actor = sequence(context(0, setOf(context(2, utf8String("Medical Doctor")))))
    assert.throws(() => readHCActor(readDer(actor)), Malformed)
  })

  it("has 27 qualifications and 5 director roles, each once", () => {
    const count = (kind: string) => HEALTHCARE_ROLES.filter((role) => role.kind === kind).length
    assert.deepEqual([count("qualification"), count("director")], [27, 5])
    assert.equal(new Set(HEALTHCARE_ROLES.map(({ text }) => text)).size, 32)
    assert.equal(japaneseRole("Medical Doctor"), "医師")
    assert.equal(japaneseRole("medical doctor"), "medical doctor")
  })
})
