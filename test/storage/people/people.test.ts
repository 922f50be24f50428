import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFileSync, rmSync, statSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { event } from "../../../gateway/journey/audit.ts"
import type { BindingUse } from "../../../gateway/journey/ports/bindings.ts"
import type { Credential } from "../../../gateway/journey/ports/person.ts"
import { MIGRATIONS, PEOPLE_VERSION } from "../../../gateway/storage/people/migrations.ts"
import { DEFAULT_LIMITS, openPeople, type PeopleStore } from "../../../gateway/storage/people/people.ts"

const T0 = Date.UTC(2026, 3, 1, 0, 0, 0)
const at = (minutes: number): Date => new Date(T0 + minutes * 60_000)
const reader = { login: "sato", name: "佐藤 花子", role: "radiologist" } as const
const session = (
  personId: string,
  sessionId: string,
  certificate: string | null = null,
  deviceId: string | null = null,
  passkey: string | null = null,
) => ({
  personId,
  sessionId,
  passkey,
  certificate,
  deviceId,
})
const passkey: Credential = {
  id: "cred-1",
  publicKey: new Uint8Array([1, 2, 3]),
  counter: 0,
  transports: ["internal", "hybrid"],
}

describe("people", () => {
  let folder: string
  let path: string
  let people: PeopleStore

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "people-"))
    path = join(folder, "people.sqlite")
    people = openPeople(path)
  })
  afterEach(async () => {
    people.close()
    await rm(folder, { recursive: true })
  })

  describe("enrolment", () => {
    it("tells who may enrol with a code that is fresh", async () => {
      const person = await people.enrol(reader, "code-1", at(15))
      assert.deepEqual(await people.enrolling("code-1", at(14)), person)
      assert.equal(person.name, "佐藤 花子")
    })

    it("refuses a code that is unknown or expired", async () => {
      await people.enrol(reader, "code-1", at(15))
      assert.equal(await people.enrolling("code-2", at(0)), null)
      assert.equal(await people.enrolling("code-1", at(15)), null)
      assert.equal(await people.addCredential("code-1", passkey, at(15)), false)
    })

    it("lets a code be used once", async () => {
      const person = await people.enrol(reader, "code-1", at(15))
      assert.equal(await people.addCredential("code-1", passkey, at(1)), true)
      assert.equal(await people.addCredential("code-1", { ...passkey, id: "cred-2" }, at(1)), false)
      assert.equal(await people.enrolling("code-1", at(1)), null)
      assert.deepEqual(
        (await people.credentialsOf(person.id)).map(({ id }) => id),
        ["cred-1"],
      )
    })

    it("leaves the code unused when the credential cannot be kept", async () => {
      await people.enrol(reader, "code-1", at(15))
      await people.addCredential("code-1", passkey, at(1))
      await people.enrol(reader, "code-2", at(15))
      await assert.rejects(people.addCredential("code-2", passkey, at(1)))
      assert.notEqual(await people.enrolling("code-2", at(1)), null)
    })

    it("keeps the id of a person who is enrolled again", async () => {
      const first = await people.enrol(reader, "code-1", at(15))
      const again = await people.enrol({ ...reader, name: "佐藤 華子" }, "code-2", at(15))
      assert.equal(again.id, first.id)
      assert.equal((await people.person(first.id))?.name, "佐藤 華子")
    })
  })

  describe("credentials", () => {
    it("come back as they were kept", async () => {
      const person = await people.enrol(reader, "code-1", at(15))
      await people.addCredential("code-1", passkey, at(1))
      assert.deepEqual(await people.credential("cred-1"), { ...passkey, personId: person.id })
      assert.equal(await people.credential("cred-9"), null)
    })

    it("count forward only", async () => {
      await people.enrol(reader, "code-1", at(15))
      await people.addCredential("code-1", passkey, at(1))
      await people.countUse("cred-1", 7, at(2))
      await people.countUse("cred-1", 6, at(3))
      assert.equal((await people.credential("cred-1"))?.counter, 7)
    })
  })

  describe("sessions", () => {
    let personId: string
    beforeEach(async () => {
      personId = (await people.enrol(reader, "code-1", at(15))).id
      await people.openSession(session(personId, "sid-1"), at(0))
    })

    it("end after ten idle minutes", async () => {
      assert.equal((await people.session("sid-1", at(9)))?.id, personId)
      assert.equal((await people.session("sid-1", at(18)))?.id, personId)
      assert.equal(await people.session("sid-1", at(28)), null)
      assert.equal(await people.session("sid-1", at(18)), null, "an ended session stays ended")
    })

    it("are not kept alive by being watched", async () => {
      assert.equal((await people.peekSession("sid-1", at(9)))?.id, personId)
      assert.equal(await people.peekSession("sid-1", at(10)), null)
    })

    it("end after twelve hours however busy", async () => {
      for (let minute = 5; minute < 720; minute += 5)
        assert.notEqual(await people.session("sid-1", at(minute)), null)
      assert.equal(await people.session("sid-1", at(720)), null)
    })

    it("end at once when closed", async () => {
      await people.closeSession("sid-1", at(0))
      assert.equal(await people.session("sid-1", at(0)), null)
      assert.deepEqual(await people.endedSessions(at(1000)), [])
    })

    it("are told when they ended by themselves, until that is recorded", async () => {
      assert.deepEqual(await people.endedSessions(at(9)), [])
      const [ended, ...more] = await people.endedSessions(at(10))
      assert.deepEqual([ended?.person.login, more], ["sato", []])
      await people.closeSession("sid-1", at(11))
      assert.equal((await people.endedSessions(at(11))).length, 1, "logging out too late tells nothing else")
      await people.forgetSession(ended!.key)
      assert.deepEqual(await people.endedSessions(at(12)), [])
    })

    it("survive a restart", async () => {
      people.close()
      people = openPeople(path)
      assert.equal((await people.session("sid-1", at(1)))?.login, "sato")
    })
  })

  describe("lockout", () => {
    it("locks at the fifth failure and opens again after fifteen minutes", async () => {
      const { id } = await people.enrol(reader, "code-1", at(15))
      for (let n = 0; n < 4; n++) await people.countFailure(id, at(n))
      assert.equal(await people.locked(id, at(4)), false)
      await people.countFailure(id, at(4))
      assert.equal(await people.locked(id, at(4)), true)
      assert.equal(await people.locked(id, at(15)), false)
    })

    it("forgets the failures of a person who got in", async () => {
      const { id } = await people.enrol(reader, "code-1", at(15))
      for (let n = 0; n < 5; n++) await people.countFailure(id, at(0))
      await people.forgetFailures(id)
      assert.equal(await people.locked(id, at(0)), false)
    })
  })

  describe("the file", () => {
    it("holds neither codes nor session ids in clear", async () => {
      const { id } = await people.enrol(reader, "SECRET-CODE-55", at(15))
      await people.openSession(session(id, "SECRET-SESSION-77"), at(0))
      const bytes = Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)])
      assert.equal(bytes.includes("SECRET-"), false)
      assert.equal(bytes.includes("sato"), true, "positive control: the login name is there")
    })

    it("is readable by its owner only", () => {
      for (const suffix of ["", "-wal", "-shm"]) assert.equal(statSync(path + suffix).mode & 0o077, 0)
    })

    it("is not opened by a program older than the one that wrote it", () => {
      people.close()
      const database = new Database(path)
      database.pragma("user_version = 99")
      database.close()
      assert.throws(() => openPeople(path), { code: "ERR_LEDGER" })
      const mended = new Database(path)
      mended.pragma(`user_version = ${PEOPLE_VERSION}`)
      mended.close()
      people = openPeople(path)
    })
  })

  const told = event({ event: "account-changed", outcome: "success", at: at(0).toISOString() })
  const act = (fingerprint: string) => ({ login: "sato", fingerprint, by: "-", at: at(0), event: told })
  /** Of sato. Its fingerprint. */
  async function confirmed(name: string, use: BindingUse = "login"): Promise<string> {
    const leaf = new TextEncoder().encode(name)
    const fingerprint = createHash("sha256").update(leaf).digest("hex")
    await people.saw("sato", use, leaf, at(0))
    assert.equal(await people.confirm({ ...act(fingerprint), isAnew: false }, "-"), true)
    return fingerprint
  }
  const revoke = async (fingerprint: string): Promise<void> =>
    assert.equal(await people.revoke(act(fingerprint), "lost"), true)

  describe("a certificate", () => {
    it("that counts no more ends what the card opened, and not what the passkey did", async () => {
      const { id } = await people.enrol(reader, "code-1", at(15))
      const [card, other, signing] = [
        await confirmed("card"),
        await confirmed("other"),
        await confirmed("pen", "signing"),
      ]
      assert.equal(await people.openSession(session(id, "by card", card), at(0)), null)
      assert.equal(await people.openSession(session(id, "by another card", other), at(0)), null)
      assert.equal(await people.openSession(session(id, "by passkey"), at(0)), null)
      await revoke(signing)
      assert.notEqual(await people.peekSession("by card", at(0)), null)
      await revoke(card)
      assert.equal(await people.peekSession("by card", at(0)), null)
      assert.notEqual(await people.peekSession("by another card", at(0)), null)
      assert.notEqual(await people.peekSession("by passkey", at(0)), null)
    })

    it("opens no session after it was taken back, were it judged a moment before; nor one of another use or account", async () => {
      const { id } = await people.enrol(reader, "code-1", at(15))
      const other = await people.enrol({ ...reader, login: "suzuki" }, "code-2", at(15))
      const card = await confirmed("card")
      assert.equal((await people.holder(card, "login"))?.id, id, "judged")
      assert.equal(await people.openSession(session(other.id, "s1", card), at(0)), "card")
      await revoke(card)
      assert.equal(await people.openSession(session(id, "s1", card), at(0)), "card")
      assert.equal(
        await people.openSession(session(id, "s1", await confirmed("pen", "signing")), at(0)),
        "card",
      )
      assert.equal(await people.peekSession("s1", at(0)), null)
    })

    it("that was taken back counts again only when it is confirmed anew", async () => {
      await people.enrol(reader, "code-1", at(15))
      const card = await confirmed("card")
      await revoke(card)
      assert.equal(await people.confirm({ ...act(card), isAnew: false }, "-"), false)
      assert.equal(await people.holder(card, "login"), null)
      assert.equal(await people.confirm({ ...act(card), isAnew: true }, "-"), true)
      assert.equal((await people.holder(card, "login"))?.login, "sato")
    })

    it("is for another use once it is shown for it; never while it counts", async () => {
      await people.enrol(reader, "code-1", at(15))
      const leaf = new Uint8Array([1])
      const use = async () => (await people.bindings())[0]?.use
      await people.saw("sato", "signing", leaf, at(0))
      await people.saw("sato", "login", leaf, at(1))
      assert.equal(await use(), "login")
      const [{ fingerprint } = { fingerprint: "" }] = await people.bindings()
      await people.confirm({ ...act(fingerprint), at: at(2), isAnew: false }, "-")
      await people.saw("sato", "signing", leaf, at(3))
      assert.equal(await use(), "login")
    })
  })

  describe("a lost device", () => {
    const told = event({ event: "account-changed", outcome: "success", at: at(0).toISOString() })
    const enrolTwo = async (): Promise<string> => {
      const { id } = await people.enrol(reader, "code-1", at(15))
      await people.addCredential("code-1", passkey, at(0))
      await people.enrol(reader, "code-2", at(15))
      await people.addCredential("code-2", { ...passkey, id: "cred-2" }, at(0))
      await people.enrol(reader, "code-3", at(15))
      await people.openSession(session(id, "sid-1"), at(0))
      return id
    }

    it("opens nothing more, and every session of its account ends at once", async () => {
      const id = await enrolTwo()
      assert.equal(await people.lose(id, "cred-1", told), 1)
      assert.equal(await people.credential("cred-1"), null)
      assert.equal(await people.peekSession("sid-1", at(0)), null)
      assert.deepEqual(
        (await people.passkeys(id)).map((each) => each.id),
        ["cred-2"],
      )
      assert.equal(await people.enrolling("code-3", at(1)), null, "nor does a link that was on its way")
      assert.deepEqual(
        (await people.untold()).map((each) => each.event),
        [told],
      )
    })

    it("opens no session by a passkey that was lost, were it judged a moment before; nor by another account's", async () => {
      const id = await enrolTwo()
      const other = await people.enrol({ ...reader, login: "suzuki" }, "code-4", at(15))
      const by = (personId: string) => session(personId, "sid-9", null, null, "cred-1")
      assert.equal((await people.credential("cred-1"))?.personId, id, "judged")
      assert.equal(await people.openSession(by(other.id), at(0)), "passkey")
      assert.equal(await people.lose(id, "cred-1", told), 1)
      assert.equal(await people.openSession(by(id), at(0)), "passkey")
      assert.equal(await people.peekSession("sid-9", at(0)), null)
    })

    it("takes every passkey with it when none is named; one that is not there changes nothing", async () => {
      const id = await enrolTwo()
      assert.equal(await people.lose(id, "cred-9", told), 0)
      assert.notEqual(await people.peekSession("sid-1", at(0)), null)
      assert.deepEqual(await people.untold(), [])
      assert.equal(await people.lose(id, null, told), 2)
    })
  })

  describe("an account whose holder has left, without a passkey", () => {
    it("loses its sessions and its links all the same, and that is told", async () => {
      const { id } = await people.enrol(reader, "code-1", at(15))
      await people.openSession(session(id, "by card", await confirmed("card")), at(0))
      const before = (await people.untold()).length
      assert.equal(await people.lose(id, null, told), 0)
      assert.equal(await people.peekSession("by card", at(0)), null)
      assert.equal(await people.enrolling("code-1", at(1)), null)
      assert.equal((await people.untold()).length, before + 1)
    })
  })

  describe("a session on a registered device", () => {
    const told = event({ event: "account-changed", outcome: "success", at: at(0).toISOString() })
    const DEVICE = "d".repeat(32)
    const offer = (id: string, ownerId: string | null = null) =>
      people.offerDevice(
        {
          id,
          label: "読影室タブレット",
          ownerId,
          qualifiedUntil: "2026-12-31",
          code: `code of ${id}`,
          codeUntil: at(15),
          by: "安全 花江 (anzen)",
          evidence: null,
          at: at(0),
        },
        told,
      )
    const register = (id: string, key = id) =>
      people.registerDevice(`code of ${id}`, Buffer.from(key), at(1), told)
    let personId: string

    beforeEach(async () => {
      people.close()
      people = openPeople(path, { ...DEFAULT_LIMITS, deviceRule: "registered" })
      personId = (await people.enrol(reader, "code-1", at(15))).id
    })

    it("names it, and ends with it", async () => {
      await offer(DEVICE)
      assert.equal(await people.openSession(session(personId, "too early", null, DEVICE), at(1)), "device")
      assert.equal(await register(DEVICE), true)
      assert.equal(await people.openSession(session(personId, "sid-1", null, DEVICE), at(2)), null)
      const here = { id: DEVICE, label: "読影室タブレット", qualifiedUntil: "2026-12-31" }
      assert.deepEqual((await people.session("sid-1", at(3)))?.device, here)
      assert.equal((await people.devices())[0]?.usedAt, at(2).toISOString())
      const act = { by: "-", reason: "lost", at: at(4) }
      assert.equal(await people.revokeDevice(DEVICE, act, told), true)
      assert.equal(await people.peekSession("sid-1", at(4)), null)
      assert.equal(await people.knownDevice(DEVICE), null)
      assert.equal(await people.openSession(session(personId, "sid-2", null, DEVICE), at(4)), "device")
      assert.equal(await people.revokeDevice(DEVICE, act, told), false)
    })

    it("is asked for by the rule: one without a device is not opened, and one of before the rule has ended", async () => {
      assert.equal(await people.openSession(session(personId, "sid-1"), at(0)), "device")
      people.close()
      people = openPeople(path)
      assert.equal(await people.openSession(session(personId, "sid-1"), at(0)), null)
      people.close()
      people = openPeople(path, { ...DEFAULT_LIMITS, deviceRule: "registered" })
      assert.equal(await people.session("sid-1", at(1)), null)
    })

    it("is its owner's alone, where it has one", async () => {
      const other = await people.enrol({ ...reader, login: "yomi" }, "code-2", at(15))
      await offer(DEVICE, personId)
      await register(DEVICE)
      assert.equal(await people.openSession(session(other.id, "sid-1", null, DEVICE), at(2)), "device")
      assert.equal(await people.openSession(session(personId, "sid-2", null, DEVICE), at(2)), null)
    })

    it("is of one key: that of another device, were it taken away, registers none", async () => {
      await offer(DEVICE)
      await register(DEVICE, "key")
      await people.revokeDevice(DEVICE, { by: "-", reason: "-", at: at(2) }, told)
      await offer("e".repeat(32))
      const news = (await people.untold()).length
      assert.equal(await register("e".repeat(32), "key"), false)
      assert.equal((await people.untold()).length, news, "nothing changed, nothing is told")
      assert.equal(
        (await people.offeredDevice(`code of ${"e".repeat(32)}`, at(14)))?.label,
        "読影室タブレット",
      )
      assert.equal(await people.offeredDevice(`code of ${"e".repeat(32)}`, at(15)), null)
    })
  })

  describe("a store of the first version", () => {
    /** As the program of that time has left it: its tables, and whoever is in them. */
    function makeFirst(): void {
      people.close()
      rmSync(path)
      const database = new Database(path)
      database.exec(MIGRATIONS[0]!)
      database.exec(`
        PRAGMA user_version = 1;
        INSERT INTO person VALUES ('p1', 'sato', '佐藤 花子', 'radiologist');
        INSERT INTO credential VALUES ('c1', 'p1', x'00', 3, '[]', 0, NULL);
        INSERT INTO session VALUES (zeroblob(32), 'p1', 0, 0);
        INSERT INTO failure VALUES ('p1', 0);`)
      database.close()
    }

    it("keeps its people with all that is theirs, and takes officers from then on", async () => {
      makeFirst()
      people = openPeople(path)
      assert.deepEqual(await people.persons(), [{ id: "p1", ...reader }])
      assert.equal((await people.credentialsOf("p1"))[0]?.counter, 3)
      assert.equal((await people.endedSessions(at(0))).length, 1)
      const officer = { login: "anzen", name: "安全 花江", role: "officer" } as const
      assert.equal((await people.enrol(officer, "code-9", at(15))).role, "officer")
    })

    it("still holds what refers to a person to that person", () => {
      makeFirst()
      people = openPeople(path)
      const database = new Database(path)
      assert.deepEqual(database.pragma("foreign_key_check"), [])
      assert.throws(
        () => database.exec("INSERT INTO failure VALUES ('nobody', 0)"),
        /FOREIGN KEY constraint failed/,
      )
      database.close()
    })
  })
})
