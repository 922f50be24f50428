import assert from "node:assert/strict"
import type { DirectoryPerson } from "../../../gateway/standards/pwp/directory-person.ts"
import { findable, findPeople } from "../../../gateway/standards/pwp/find-people.ts"

const person = (
  id: string,
  name: string,
  kana: string,
  latin: string,
  department: string,
): DirectoryPerson => ({
  id,
  name,
  kana,
  latin,
  department,
  organisation: "",
  mail: "",
  telephone: "",
})
const PEOPLE = [
  person("e1001", "想定 一夫", "ソウテイ カズオ", "Kazuo Sotei", "救急科"),
  person("e1002", "髙橋 﨑子", "ﾀｶﾊｼ ｻｷｺ", "Sakiko Takahashi", "内科"),
  person("e1003", "高橋 次郎", "タカハシ ジロウ", "Jiro Takahashi", "救急科"),
].map(findable)
const ids = (typed: string, limit = 10): string[] => findPeople(PEOPLE, typed, limit).map(({ id }) => id)

describe("who is found by what is typed", () => {
  it("name, kana of either kind and width, Latin letters in any case, department, id", () => {
    assert.deepEqual(ids("想定"), ["e1001"])
    assert.deepEqual(ids("想定一夫"), ["e1001"])
    assert.deepEqual(ids("そうてい　かず"), ["e1001"])
    assert.deepEqual(ids("ｿｳﾃｲ"), ["e1001"])
    assert.deepEqual(ids("SOTEI"), ["e1001"])
    assert.deepEqual(ids("たかはし"), ["e1002", "e1003"])
    assert.deepEqual(ids("救急"), ["e1001", "e1003"])
    assert.deepEqual(ids("救急 たかはし"), ["e1003"])
    assert.deepEqual(ids("E1002"), ["e1002"])
  })

  it("whose name begins so stands first, and no more than asked for are told", () => {
    assert.deepEqual(ids("j"), ["e1003"])
    assert.deepEqual(ids("takahashi", 1), ["e1002"])
  })

  it("nobody, by nothing or by spaces", () => {
    assert.deepEqual(ids(""), [])
    assert.deepEqual(ids("  　 "), [])
  })

  it("nobody, by what an LDAP filter would take for more than text", () => {
    for (const typed of ["*", "*)(uid=*", "(|(cn=*))", "\\2a", "e1001)(cn=*", "\u0000"])
      assert.deepEqual(ids(typed), [])
  })
})
