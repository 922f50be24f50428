import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { copyFile, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readerFault } from "../../gateway/foundation/reader-certificates.ts"
import type { Person } from "../../gateway/journey/ports/person.ts"
import { personKeys } from "../../gateway/storage/keys/person-keys.ts"
import { days } from "../../gateway/commands/pki-authority.ts"
import { AT_CENTER } from "../journey/agreements.ts"
import { certificates, START } from "../journey/certificates.ts"
import { NURSE, OTHER_READER, READER } from "../journey/people.ts"
import { TestTrust } from "../journey/trust.ts"

describe("whether a reader can sign", () => {
  let folder: string
  let trust: TestTrust
  before(async () => {
    const made = await certificates()
    trust = new TestTrust(made)
    folder = mkdtempSync(join(tmpdir(), "readers-"))
    const of = (login: string): string => join(made.folder, "readers", `${login}.chain.pem`)
    for (const { login } of [READER, NURSE]) await copyFile(of(login), join(folder, `${login}.chain.pem`))
    await copyFile(of(READER.login), join(folder, "borrowed.chain.pem"))
    await writeFile(join(folder, "spoilt.chain.pem"), "no certificate")
  })
  after(() => rmSync(folder, { recursive: true }))
  /** Whose certificates were confirmed: by default everybody's. */
  const fault = (person: { login: string; name: string }, now = START, holder: Person | null = null) =>
    readerFault(person, {
      keys: personKeys(folder),
      trust,
      bindings: { holder: () => Promise.resolve(holder ?? { ...READER, ...person }) },
      agreements: [AT_CENTER],
      now,
    })

  it("is no question with a certificate of one's own", async () => assert.equal(await fault(READER), null))

  it("is told when there is none, or what is there is none", async () => {
    assert.match((await fault(OTHER_READER)) ?? "", /^certificate: /)
    assert.match((await fault({ ...READER, login: "spoilt" })) ?? "", /^certificate: /)
  })

  it("is told when it is another person's", async () => {
    assert.match((await fault({ login: "borrowed", name: OTHER_READER.name })) ?? "", /^signer-is-author: /)
  })

  it("is told when its holder is no physician", async () => {
    assert.match((await fault({ ...NURSE, name: "Hanako Kango" })) ?? "", /role/i)
  })

  it("is told while nobody has confirmed that the certificate is this account's", async () => {
    assert.match(
      (await fault(READER, START, OTHER_READER)) ?? "",
      /^binding: certificate [0-9a-f]{64} is not confirmed/,
    )
  })

  it("is told when it is over, and a month before", async () => {
    assert.match((await fault(READER, days(START, 4000))) ?? "", /^validity: /)
    const end = /ends (\S+)$/
    let soon: string | null = null
    for (let day = 0; soon === null && day < 4000; day += 10) soon = await fault(READER, days(START, day))
    assert.match(soon ?? "", end)
  })
})
