import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { PersonKeys } from "../../../gateway/journey/ports/keys.ts"
import { confirmBinding, revokeBinding } from "../../../gateway/journey/people/bind.ts"
import { boundPersonKeys } from "../../../gateway/journey/people/bound-keys.ts"
import { certificateFacts, fingerprintOf } from "../../../gateway/journey/people/certificate-facts.ts"
import { openPeople, type PeopleStore } from "../../../gateway/storage/people/people.ts"
import { personKeys } from "../../../gateway/storage/keys/person-keys.ts"
import { certificates, PIN, READER_LOGIN, START } from "../certificates.ts"

const reader = { login: READER_LOGIN, name: "放射 太郎", role: "radiologist" } as const
const other = { login: "reader9", name: "読影 花子", role: "radiologist" } as const
const OPERATOR = { login: null, name: "保守 一郎" }
const OFFICER = { login: "anzen", name: "安全 花江" }
const BYTES = new TextEncoder().encode("what is signed")
const clock = { now: () => START }

describe("a reader's certificate", () => {
  let folder: string
  let people: PeopleStore
  let files: PersonKeys
  let keys: PersonKeys
  let leaf: Uint8Array
  let person: Awaited<ReturnType<PeopleStore["enrol"]>>
  const code = "a code"
  const triedPins: string[] = []

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "bind-"))
    people = openPeople(join(folder, "people.sqlite"))
    person = await people.enrol(reader, code, START)
    files = personKeys(join((await certificates()).folder, "readers"))
    keys = boundPersonKeys(
      {
        chain: (login) => files.chain(login),
        needs: (login) => files.needs(login),
        sign: (login, pin, bytes) => {
          triedPins.push(pin)
          return files.sign(login, pin, bytes)
        },
      },
      people,
      clock,
    )
    leaf = (await keys.chain(READER_LOGIN))[0]!
    triedPins.length = 0
  })
  afterEach(() => {
    people.close()
    rmSync(folder, { recursive: true })
  })
  const which = () => ({ person, fingerprint: fingerprintOf(leaf) })
  const agreed = (...by: { login: string | null; name: string }[]) => ({ by, evidence: "-", at: START })
  const refused = { code: "ERR_NOT_ALLOWED" }

  it("does not sign before it is confirmed, and no PIN is tried", async () => {
    await assert.rejects(keys.sign(READER_LOGIN, PIN, BYTES), { code: "ERR_KEY_UNCONFIRMED" })
    assert.deepEqual(triedPins, [])
    assert.deepEqual(
      (await people.bindings()).map(({ confirmed, fingerprint }) => [confirmed, fingerprint]),
      [[null, fingerprintOf(leaf)]],
    )
  })

  it("signs from the moment somebody else has confirmed it until that is taken back", async () => {
    await confirmBinding(people, which(), agreed(OFFICER))
    assert.ok((await keys.sign(READER_LOGIN, PIN, BYTES)).length > 0)
    await revokeBinding(people, which(), { by: [OFFICER], at: START, reason: "カード紛失" })
    await assert.rejects(keys.sign(READER_LOGIN, PIN, BYTES), { code: "ERR_KEY_UNCONFIRMED" })
    await assert.rejects(revokeBinding(people, which(), { by: [OFFICER], at: START, reason: "-" }), {
      code: "ERR_NOT_FOUND",
    })
    await confirmBinding(people, which(), agreed(OPERATOR, OFFICER))
    assert.ok((await keys.sign(READER_LOGIN, PIN, BYTES)).length > 0)
  })

  it("is not confirmed by its holder: not by account, not by name in other width", async () => {
    for (const by of [
      { login: READER_LOGIN, name: "somebody" },
      { login: null, name: "放射　太郎" },
      { login: "second", name: "放射太郎" },
      { login: null, name: READER_LOGIN },
      { login: null, name: " " },
    ])
      await assert.rejects(confirmBinding(people, which(), agreed(OPERATOR, by)), refused)
    assert.equal(await people.holder(fingerprintOf(leaf), "signing"), null)
  })

  it("is not confirmed by one person under two spellings", async () => {
    for (const name of ["保守　一郎", "保守一\u200b郎", "保守\u2060 一郎\u00ad"])
      await assert.rejects(
        confirmBinding(people, which(), agreed(OPERATOR, { login: null, name })),
        refused,
        name,
      )
  })

  it("is confirmed for one account alone", async () => {
    const second = await people.enrol(other, "code 2", START)
    await people.saw(other.login, "signing", leaf, START)
    await confirmBinding(people, which(), agreed(OFFICER))
    const fingerprint = fingerprintOf(leaf)
    await assert.rejects(confirmBinding(people, { person: second, fingerprint }, agreed(OFFICER)), refused)
    assert.equal((await people.holder(fingerprint, "signing"))?.login, READER_LOGIN)
    assert.equal(await people.holder(fingerprint, "login"), null)
  })

  it("that nobody has seen is not confirmed", async () => {
    const fingerprint = "0".repeat(64)
    await assert.rejects(confirmBinding(people, { person, fingerprint }, agreed(OFFICER)), {
      code: "ERR_NOT_FOUND",
    })
  })

  it("is told of in the audit trail, once for each change and for nothing else", async () => {
    await confirmBinding(people, which(), agreed(OFFICER))
    await revokeBinding(people, which(), { by: [OPERATOR], at: START, reason: "-" })
    const told = await people.untold()
    const fingerprint = fingerprintOf(leaf)
    assert.deepEqual(
      told.map(({ event: { event, user, objectId, description } }) => [event, user, objectId, description]),
      [
        [
          "account-changed",
          "anzen",
          "urn:dokuei:person:reader1",
          `certificate ${fingerprint} confirmed as signing certificate of reader1, by 安全 花江 (anzen)`,
        ],
        [
          "account-changed",
          "保守 一郎",
          "urn:dokuei:person:reader1",
          `certificate ${fingerprint} no longer signing certificate of reader1, by 保守 一郎`,
        ],
      ],
    )
    for (const { key } of told) await people.told(key)
    assert.deepEqual(await people.untold(), [])
  })

  it("is shown as its card has it", () => {
    const facts = certificateFacts(leaf)
    assert.deepEqual([facts.holder, facts.roles], ["放射　太郎", ["Medical Doctor"]])
    assert.match(facts.subject, /CN=Taro Hosha/)
    assert.match(facts.issuer, /forNonRepudiation/)
  })
})
