import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  addressBookFile,
  forgetAddressBook,
} from "../../../gateway/storage/address-book/address-book-file.ts"

const BOOK = {
  readAt: "2026-11-26T00:00:00.000Z",
  leftOut: 1,
  people: [
    {
      id: "e1",
      name: "想定 一夫",
      kana: "",
      latin: "",
      department: "",
      organisation: "",
      mail: "",
      telephone: "",
    },
  ],
}

describe("the address book's file", () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dokuei-book-"))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it("is for its owner alone, and is read as it was written", async () => {
    const file = addressBookFile(folder)
    assert.equal(await file.load(), null)
    await file.save(BOOK)
    assert.deepEqual(await file.load(), BOOK)
    assert.equal(statSync(join(folder, "address-book.json")).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder), ["address-book.json"])
  })

  it("that cannot be understood counts as none", async () => {
    for (const text of [
      "",
      "{",
      "[]",
      "null",
      '{"readAt":"x","people":[]}',
      JSON.stringify({ ...BOOK, people: [{ id: 1 }] }),
    ]) {
      writeFileSync(join(folder, "address-book.json"), text)
      assert.equal(await addressBookFile(folder).load(), null)
    }
  })

  it("goes with the setting", async () => {
    await addressBookFile(folder).save(BOOK)
    await forgetAddressBook(folder)
    await forgetAddressBook(folder)
    assert.deepEqual(readdirSync(folder), [])
  })
})
