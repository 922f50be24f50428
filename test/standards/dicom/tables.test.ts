import assert from "node:assert/strict"
import { DICTIONARY } from "../../../gateway/standards/dicom/dictionary.generated.ts"
import { dictionaryRow, tagOf } from "../../../gateway/standards/dicom/dictionary.ts"
import { STORAGE_SOP_CLASSES } from "../../../gateway/standards/dicom/sop-classes.generated.ts"
import {
  storageSopClass,
  transferSyntax,
  transferSyntaxes,
} from "../../../gateway/standards/dicom/sop-classes.ts"
import { TRANSFER_SYNTAXES } from "../../../gateway/standards/dicom/transfer-syntaxes.generated.ts"
import { isTolerableUid, isUid, uuidUid } from "../../../gateway/standards/dicom/uid.ts"

describe("tables of PS3.6", () => {
  it("hold every storage SOP Class of the edition, retired ones included", () => {
    assert.equal(STORAGE_SOP_CLASSES.length, 206)
    assert.equal(STORAGE_SOP_CLASSES.filter(({ retired }) => retired).length, 20)
    assert.equal(new Set(STORAGE_SOP_CLASSES.map(({ uid }) => uid)).size, 206)
    assert.ok(STORAGE_SOP_CLASSES.every(({ uid }) => isUid(uid)))
    assert.equal(storageSopClass("1.2.840.10008.5.1.4.1.1.2")?.keyword, "CTImageStorage")
    assert.equal(storageSopClass("1.2.840.10008.1.1"), null)
    assert.equal(storageSopClass("1.2.840.10008.1.20.1"), null, "storage commitment is no storage class")
  })

  it("hold every transfer syntax a stored data set may have", () => {
    assert.equal(TRANSFER_SYNTAXES.length, 57)
    assert.equal(TRANSFER_SYNTAXES.filter(({ encoding }) => encoding === "deflated").length, 3)
    assert.equal(transferSyntax("1.2.840.10008.1.2.4.202")?.encapsulated, true)
    assert.equal(transferSyntax("1.2.840.10008.1.2.1.98")?.encapsulated, true)
    assert.equal(transferSyntax("1.2.840.10008.1.2.2")?.encoding, "explicit-be")
    assert.equal(transferSyntax("1.2.840.10008.1.2.6.1"), null)
  })

  it("take makers' own transfer syntaxes beside DICOM's, in the place of none", () => {
    const syntaxOf = transferSyntaxes([
      { uid: "1.2.840.113619.5.2", name: "GE private", encoding: "implicit-le" },
      { uid: "1.2.840.10008.1.2.1", name: "not that", encoding: "deflated" },
    ])
    assert.equal(syntaxOf("1.2.840.113619.5.2")?.encoding, "implicit-le")
    assert.equal(syntaxOf("1.2.840.10008.1.2.1")?.encoding, "explicit-le")
    assert.equal(syntaxOf("1.2.3.4"), null)
  })

  it("find elements by keyword and by tag", () => {
    assert.equal(DICTIONARY.trim().split("\n").length, 5148)
    assert.equal(tagOf("StudyInstanceUID"), 0x0020000d)
    assert.equal(dictionaryRow(0x00080005)?.keyword, "SpecificCharacterSet")
    assert.equal(dictionaryRow(0x60123000)?.keyword, "OverlayData")
    assert.equal(dictionaryRow(0x7fe00001)?.vr, "OV")
    assert.equal(dictionaryRow(0x00280106)?.vr, "xs")
    assert.equal(dictionaryRow(0x00091001), null)
    assert.equal(tagOf("OverlayData"), null)
  })
})

describe("UIDs, PS3.5 chapter 9", () => {
  it("are told from what is none", () => {
    for (const good of ["1.2", "1.2.840.10008.1.2", `2.25.${"1".repeat(39)}`, "0.0"])
      assert.ok(isUid(good), good)
    for (const bad of ["", "1", "1.", ".1", "1..2", "1.02", "1.2a", "1.2/..", " 1.2", `1.${"2".repeat(63)}`])
      assert.ok(!isUid(bad), bad)
    assert.ok(isTolerableUid("1.02"))
    for (const bad of ["", "1..2", "../1", "1.2\0", `1.${"2".repeat(63)}`])
      assert.ok(!isTolerableUid(bad), bad)
  })

  it("are made of 16 bytes of chance as a version 4 UUID", () => {
    assert.equal(
      uuidUid(new Uint8Array(16).fill(255)),
      `2.25.${BigInt("0xffffffffffff4fffbfffffffffffffff")}`,
    )
    assert.ok(isUid(uuidUid(new Uint8Array(16))))
  })
})
