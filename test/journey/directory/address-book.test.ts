import assert from "node:assert/strict"
import { AddressBook } from "../../../gateway/journey/directory/address-book.ts"
import { DirectoryError } from "../../../gateway/journey/errors.ts"
import type { DirectoryReading, KeptAddressBook } from "../../../gateway/journey/ports/directory.ts"
import type { Person } from "../../../gateway/journey/ports/person.ts"
import { Contacts } from "../../../gateway/journey/technician/contacts.ts"
import type { DirectoryPerson } from "../../../gateway/standards/pwp/directory-person.ts"

const SOTEI: DirectoryPerson = {
  id: "e1001",
  name: "想定 一夫",
  kana: "ソウテイ カズオ",
  latin: "",
  department: "救急科",
  organisation: "",
  mail: "",
  telephone: "",
}
const CLERK: Person = { id: "p1", login: "madoguchi", name: "窓口", role: "clerk" }
const reading = (...people: DirectoryPerson[]): DirectoryReading => ({ people, leftOut: 2, referrals: 0 })
const away = new DirectoryError("ERR_DIRECTORY_UNREACHABLE", "away")

describe("the address book", () => {
  const clock = { now: () => new Date("2026-11-26T00:00:00Z") }
  let kept: KeptAddressBook | null
  let answers: (() => Promise<DirectoryReading>)[]
  let asked: number
  beforeEach(() => ((kept = null), (answers = []), (asked = 0)))
  const open = async (): Promise<AddressBook> => {
    const book = new AddressBook({
      name: "ldap.example.jp",
      source: {
        read: () => {
          asked += 1
          return answers.shift()?.() ?? Promise.reject(away)
        },
      },
      keep: {
        load: () => Promise.resolve(kept),
        save: (book) => {
          kept = book
          return Promise.resolve()
        },
      },
      contacts: new Contacts(clock, () => undefined),
      clock,
    })
    await book.load()
    return book
  }

  it("finds people as they were read last, over a restart and while the directory is away", async () => {
    answers = [() => Promise.resolve(reading(SOTEI))]
    await (await open()).refresh()
    const again = await open()
    await assert.rejects(again.refresh(), { code: "ERR_DIRECTORY_UNREACHABLE" })
    assert.deepEqual(await again.desk.find(CLERK, "そうてい"), {
      people: [SOTEI],
      readAt: "2026-11-26T00:00:00.000Z",
    })
    const { people, leftOut, failureCode, readAt } = again.view()
    assert.deepEqual(
      [people, leftOut, failureCode, readAt],
      [1, 2, "ERR_DIRECTORY_UNREACHABLE", kept?.readAt],
    )
  })

  it("that was never read says so", async () => {
    assert.deepEqual(await (await open()).desk.find(CLERK, "x"), { people: [], readAt: null })
  })

  it("is read once for two who ask at a time, and never asks with what is typed", async () => {
    const book = await open()
    answers = [() => Promise.resolve(reading(SOTEI))]
    await Promise.all([book.refresh(), book.refresh()])
    await book.desk.find(CLERK, "*)(uid=*")
    assert.equal(asked, 1)
  })

  it("is for clerks alone", async () => {
    const book = await open()
    await assert.rejects(async () => book.desk.find({ ...CLERK, role: "system" }, "x"), {
      code: "ERR_NOT_ALLOWED",
    })
  })
})
