import assert from "node:assert/strict"
import { readPerson, type DirectoryAttributes } from "../../../gateway/standards/pwp/directory-person.ts"

const ATTRIBUTES: DirectoryAttributes = {
  id: ["uid", "employeeNumber"],
  name: ["cn;lang-ja", "displayName", "cn"],
  kana: ["cn;lang-ja;phonetic"],
  latin: ["cn"],
  department: ["departmentNumber"],
  organisation: ["o"],
  mail: ["mail"],
  telephone: ["telephoneNumber"],
}
const read = (entry: Readonly<Record<string, readonly string[]>>) =>
  readPerson(new Map(Object.entries(entry)), ATTRIBUTES)

describe("a person of the directory", () => {
  it("has of each fact the first value that can be used, in the order of the configuration", () => {
    const person = read({
      uid: [" e1 "],
      cn: ["Kazuo Sotei"],
      "cn;lang-ja": ["", "想定 一夫"],
      mail: ["x", "a@b.jp"],
    })
    assert.deepEqual(person, {
      id: "e1",
      name: "想定 一夫",
      kana: "",
      latin: "Kazuo Sotei",
      department: "",
      organisation: "",
      mail: "a@b.jp",
      telephone: "",
    })
  })

  it("is nobody without an id or a name", () => {
    assert.equal(read({ uid: ["e1"] }), null)
    assert.equal(read({ cn: ["Kazuo"] }), null)
  })

  it("has no id that HL7 takes for structure, and another one may stand in its place", () => {
    for (const id of ["a^b", "a|b", "a&b", "a~b", "a\\b", "a b"])
      assert.equal(read({ uid: [id], cn: ["x"] }), null)
    assert.equal(read({ uid: ["a^b"], employeenumber: ["7"], cn: ["x"] })?.id, "7")
  })

  it("has no value that is cut, of another direction, or no text", () => {
    for (const name of ["x".repeat(65), "a\u202eb", "a\u0000b", "a\ufffdb", "\ud800"])
      assert.equal(read({ uid: ["e1"], cn: [name] }), null)
    assert.equal(read({ uid: ["e1"], cn: ["x".repeat(64)] })?.latin, "")
  })
})
