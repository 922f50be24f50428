import assert from "node:assert/strict"
import type { AuthenticationResponseJSON } from "@simplewebauthn/server"
import { SoftwareAuthenticator } from "../../../deploy/demo/authenticator.ts"
import { DeskClient } from "../../../deploy/demo/desk-client.ts"
import { event } from "../../../gateway/journey/audit.ts"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import { AGREEMENT, CLERK, enrolled, openHarness, READER, type Harness } from "./harness.ts"

describe("the door of a desk", () => {
  let desk: Harness
  beforeEach(async () => {
    desk = await openHarness("reading")
  })
  afterEach(() => desk.close())

  const assertion = async (change: (response: AuthenticationResponseJSON) => void): Promise<object> => {
    const options = await desk.client.post<never>("/api/login/options")
    const response = desk.authenticator.get(options, desk.desk.origin)
    change(response)
    return { response }
  }

  it("tells a stranger the place and nothing about partners", async () => {
    const session = await desk.client.get<SessionView>("/api/session")
    assert.equal(session.person, null)
    assert.equal(session.desk, "reading")
    assert.equal(session.site, "東京読影センター")
    assert.equal(session.idleMs, 600_000)
    assert.deepEqual(session.agreements, [])
  })

  describe("enrolment", () => {
    it("makes a passkey with a code, logs in and records it", async () => {
      const session = await desk.client.enrol(await desk.invite(READER))
      assert.equal(session.person?.name, "佐藤 花子")
      assert.deepEqual(session.agreements, [AGREEMENT])
      assert.deepEqual(
        desk.audits.map(({ event, outcome, user }) => [event, outcome, user]),
        [
          ["credential-added", "success", "sato"],
          ["login", "success", "sato"],
        ],
      )
    })

    it("asks for a resident key with user verification and no attestation", async () => {
      const { options } = await desk.client.post<{ options: Record<string, unknown> }>("/api/enrol/options", {
        code: await desk.invite(READER),
      })
      assert.deepEqual(options.authenticatorSelection, {
        residentKey: "required",
        userVerification: "required",
        requireResidentKey: true,
      })
      assert.equal(options.attestation, "none")
    })

    it("refuses a code that nobody was given", async () => {
      await assert.rejects(desk.client.enrol("guess"), { status: 401, code: "ERR_CODE_REFUSED" })
      assert.equal(desk.audits[0]?.event, "login-failed")
    })

    it("refuses an expired code", async () => {
      const code = await desk.invite(READER)
      desk.clock.pass(15)
      await assert.rejects(desk.client.enrol(code), { code: "ERR_CODE_REFUSED" })
    })

    it("refuses a code that was used", async () => {
      const code = await desk.invite(READER)
      await desk.client.enrol(code)
      await assert.rejects(desk.client.enrol(code), { code: "ERR_CODE_REFUSED" })
    })

    it("refuses a device that did not verify its user, and leaves the code good", async () => {
      const code = await desk.invite(READER)
      desk.authenticator.userVerified = false
      await assert.rejects(desk.client.enrol(code), { status: 401, code: "ERR_LOGIN_REFUSED" })
      desk.authenticator.userVerified = true
      await desk.client.enrol(code)
    })

    it("refuses a registration made for another code", async () => {
      const [mine, other] = [await desk.invite(READER), await desk.invite(CLERK)]
      const { options } = await desk.client.post<{ options: never }>("/api/enrol/options", { code: mine })
      const response = desk.authenticator.create(options, desk.desk.origin)
      await assert.rejects(desk.client.post("/api/enrol", { code: other, response }), {
        code: "ERR_LOGIN_REFUSED",
      })
    })

    it("lets nobody guess codes for long", async () => {
      const guesses = Array.from({ length: 80 }, (_, n) =>
        desk.client.post("/api/enrol/options", { code: `guess-${n}` }).catch((error: unknown) => error),
      )
      const refusals = (await Promise.all(guesses)) as { status: number }[]
      assert.equal(refusals.filter(({ status }) => status === 429).length, 20)
      desk.clock.pass(1)
      await assert.rejects(desk.client.enrol("guess"), { status: 401 })
    })
  })

  describe("login", () => {
    it("knows the person by the passkey alone", async () => {
      await enrolled(desk, READER)
      await desk.client.logout()
      const session = await desk.client.login()
      assert.equal(session.person?.role, "radiologist")
      assert.deepEqual(
        desk.audits.map(({ event }) => event),
        ["credential-added", "login", "logout", "login"],
      )
    })

    it("gives a new session id every time and ends the former", async () => {
      await enrolled(desk, READER)
      const first = await desk.client.exchange("POST", "/api/login", await assertion(() => undefined))
      const cookie = first.headers["set-cookie"]?.[0] ?? ""
      assert.match(cookie, /^sid=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
      await desk.client.login()
      const old = { Cookie: cookie.split(";")[0]! }
      assert.equal((await desk.client.exchange("GET", "/api/worklist", undefined, old)).status, 401)
      assert.equal((await desk.client.exchange("GET", "/api/worklist")).status, 200)
    })

    it("refuses a device that did not verify its user", async () => {
      await enrolled(desk, READER)
      desk.authenticator.userVerified = false
      await assert.rejects(desk.client.login(), { status: 401, code: "ERR_LOGIN_REFUSED" })
      assert.equal(desk.audits.at(-1)?.event, "login-failed")
      assert.equal(desk.audits.at(-1)?.user, "sato")
    })

    it("refuses a passkey of nobody here", async () => {
      await enrolled(desk, READER)
      const stranger = new SoftwareAuthenticator()
      const elsewhere = await openHarness("reading")
      try {
        const { options } = await elsewhere.client.post<{ options: never }>("/api/enrol/options", {
          code: await elsewhere.invite(READER),
        })
        stranger.create(options, elsewhere.desk.origin)
      } finally {
        await elsewhere.close()
      }
      await assert.rejects(new DeskClient(desk.desk.origin, stranger).login(), { code: "ERR_LOGIN_REFUSED" })
    })

    it("opens nothing by a passkey that was lost between the judging and the opening, and says so in the trail", async () => {
      const { people } = desk
      await enrolled(desk, READER)
      await desk.client.logout()
      const [reader] = await people.persons()
      const lost = event({ event: "account-changed", outcome: "success", at: desk.clock.now().toISOString() })
      const counted = people.countUse.bind(people)
      people.countUse = async (id, ...use) => {
        await counted(id, ...use)
        await people.lose(reader!.id, id, lost)
      }
      await assert.rejects(desk.client.login(), { status: 401, code: "ERR_LOGIN_REFUSED" })
      await assert.rejects(desk.client.get("/api/worklist"), { code: "ERR_LOGIN_NEEDED" })
      assert.equal(desk.audits.at(-1)?.event, "login-failed")
    })

    it("refuses a second use of one answer", async () => {
      await enrolled(desk, READER)
      const body = await assertion(() => undefined)
      await desk.client.post("/api/login", body)
      await assert.rejects(desk.client.post("/api/login", body), { code: "ERR_LOGIN_REFUSED" })
    })

    it("refuses an answer that comes after five minutes", async () => {
      await enrolled(desk, READER)
      const body = await assertion(() => undefined)
      desk.clock.pass(5)
      await assert.rejects(desk.client.post("/api/login", body), { code: "ERR_LOGIN_REFUSED" })
    })

    it("refuses a challenge nobody asked, a foreign origin, a changed signature and a foreign user handle", async () => {
      await enrolled(desk, READER)
      const options = await desk.client.post<{ challenge: string; rpId: string }>("/api/login/options")
      const wrong = { ...options, challenge: Buffer.alloc(32, 7).toString("base64url") }
      const bodies = [
        { response: desk.authenticator.get(wrong, desk.desk.origin) },
        { response: desk.authenticator.get(options, "http://center.localhost:1") },
        await assertion(({ response }) => (response.signature = Buffer.alloc(70, 1).toString("base64url"))),
        await assertion(({ response }) => (response.userHandle = Buffer.from("else").toString("base64url"))),
        await assertion(({ response }) => (response.clientDataJSON = Buffer.from("{").toString("base64url"))),
      ]
      for (const body of bodies)
        await assert.rejects(desk.client.post("/api/login", body), { status: 401, code: "ERR_LOGIN_REFUSED" })
    })

    it("locks a person out after five wrong answers, for fifteen minutes", async () => {
      await enrolled(desk, READER)
      desk.authenticator.userVerified = false
      for (let n = 0; n < 5; n++) await assert.rejects(desk.client.login(), { status: 401 })
      desk.authenticator.userVerified = true
      await assert.rejects(desk.client.login(), { status: 429, code: "ERR_TOO_MANY_ATTEMPTS" })
      desk.clock.pass(15)
      await desk.client.login()
    })
  })

  describe("session", () => {
    it("ends after ten idle minutes", async () => {
      await enrolled(desk, READER)
      desk.clock.pass(9)
      await desk.client.get("/api/worklist")
      desk.clock.pass(9)
      await desk.client.get("/api/worklist")
      desk.clock.pass(10)
      await assert.rejects(desk.client.get("/api/worklist"), { status: 401, code: "ERR_LOGIN_NEEDED" })
    })

    it("is not kept alive by a page that reloads itself or asks who is logged in", async () => {
      await enrolled(desk, READER)
      desk.clock.pass(9)
      await desk.client.bytes("/api/worklist", { "X-Background": "true" })
      assert.notEqual((await desk.client.get<SessionView>("/api/session")).person, null)
      desk.clock.pass(1)
      assert.equal((await desk.client.get<SessionView>("/api/session")).person, null)
    })

    it("is kept alive by somebody who reads and asks for nothing", async () => {
      await enrolled(desk, READER)
      for (const minutes of [9, 9, 9]) {
        desk.clock.pass(minutes)
        const { person } = await desk.client.post<SessionView>("/api/session")
        assert.equal(person?.name, "佐藤 花子")
      }
      desk.clock.pass(10)
      await assert.rejects(desk.client.post("/api/session"), { status: 401, code: "ERR_LOGIN_NEEDED" })
    })

    it("ends at logout, and the browser is told to forget", async () => {
      await enrolled(desk, READER)
      const reply = await desk.client.exchange("POST", "/api/logout")
      assert.equal(reply.headers["clear-site-data"], '"cache", "cookies"')
      await assert.rejects(desk.client.get("/api/worklist"), { status: 401 })
    })

    it("is not opened when it cannot be recorded", async () => {
      await desk.close()
      desk = await openHarness("reading", { audit: () => Promise.reject(new Error("disk full")) })
      const code = await desk.invite(READER)
      await assert.rejects(desk.client.enrol(code), { status: 500, code: "ERR_INTERNAL" })
      assert.equal((await desk.client.get<SessionView>("/api/session")).person, null)
    })
  })
})
