import assert from "node:assert/strict"
import { once } from "node:events"
import { WebSocket } from "ws"
import { DeskClient } from "../../../deploy/demo/desk-client.ts"
import { SoftwareAuthenticator } from "../../../deploy/demo/authenticator.ts"
import { offerDevice } from "../../../gateway/journey/people/device.ts"
import type { DeviceCode } from "../../../gateway/journey/views/account.ts"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import { enrolled, OFFICER, openHarness, READER, type Harness } from "./harness.ts"
import { SoftwareDevice, type LoginOptions } from "./software-device.ts"

const BY = { login: null, name: "保守 一郎" }
const REFUSED = { status: 401, code: "ERR_DEVICE_REFUSED" }
const NEEDED = { status: 401, code: "ERR_DEVICE_NEEDED" }

describe("registered devices", () => {
  let desk: Harness
  let device: SoftwareDevice
  afterEach(() => desk.close())

  const chance = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  const offer = (label = "読影室タブレット 1", ownerLogin: string | null = null): Promise<DeviceCode> =>
    desk.people.persons().then((persons) =>
      offerDevice(
        { devices: desk.people, chance },
        {
          label,
          owner: persons.find(({ login }) => login === ownerLogin) ?? null,
          qualifiedUntil: "2026-12-31",
          by: BY,
          at: desk.clock.now(),
        },
      ),
    )
  const registered = async (...of: Parameters<typeof offer>): Promise<SoftwareDevice> => {
    const made = new SoftwareDevice()
    await made.register(desk.client, (await offer(...of)).code)
    return made
  }
  const take = (id: string) =>
    desk.people.revokeDevice(id, { by: "-", reason: "-", at: desk.clock.now() }, {} as never)
  /** Enrols the person on the device: a passkey, and a session. */
  async function enrolOn(at: SoftwareDevice, person: Parameters<Harness["invite"]>[0]): Promise<SessionView> {
    const code = await desk.invite(person)
    const { options } = await desk.client.post<{
      options: Parameters<SoftwareAuthenticator["create"]>[0]
    }>("/api/enrol/options", { code })
    const response = desk.authenticator.create(options, desk.desk.origin)
    const proof = at.proof("enrol", desk.desk.origin, options.challenge)
    return desk.client.post<SessionView>("/api/enrol", { code, response, device: proof })
  }
  /** A login whose answer to the question may be changed. */
  async function loginWith(proofOf: (challenge: string) => unknown): Promise<SessionView> {
    const options = await desk.client.post<LoginOptions>("/api/login/options")
    const response = desk.authenticator.get(options, desk.desk.origin)
    return desk.client.post<SessionView>("/api/login", { response, device: proofOf(options.challenge) })
  }

  describe("where the desk asks for one", () => {
    beforeEach(async () => {
      desk = await openHarness("reading", {}, "registered")
      device = await registered()
      await enrolOn(device, READER)
    })

    it("lets a person in whose device signs the question, and names it in session and trail", async () => {
      const session = await device.login(desk.client, desk.authenticator)
      assert.deepEqual(session.device, {
        id: device.id,
        label: "読影室タブレット 1",
        qualifiedUntil: "2026-12-31",
      })
      assert.equal(session.registeredDevices, true)
      assert.deepEqual(
        (await desk.client.get<SessionView>("/api/session")).device,
        session.device,
        "and at every request",
      )
      await desk.client.get("/api/worklist")
      const login = desk.audits.findLast(({ event }) => event === "login")
      assert.match(
        login?.description ?? "",
        new RegExp(`by passkey, on device "読影室タブレット 1" \\(${device.id}\\)`),
      )
    })

    it("tells whoever comes without one what is needed; a link is not used up by it, and nobody is locked out", async () => {
      await assert.rejects(desk.client.login(), NEEDED)
      const code = await desk.invite({ login: "yomi", name: "読影 次郎", role: "radiologist" })
      const other = new DeskClient(desk.desk.origin, new SoftwareAuthenticator())
      await assert.rejects(other.enrol(code), NEEDED)
      assert.notEqual(await desk.people.enrolling(code, desk.clock.now()), null)
      for (let i = 0; i < 6; i++) await assert.rejects(desk.client.login(), NEEDED)
      await device.login(desk.client, desk.authenticator)
      assert.ok(desk.audits.some(({ event }) => event === "security-alert"))
    })

    it("takes a signature for the one login it was made for", async () => {
      const { origin } = desk.desk
      let shown: unknown
      await loginWith((challenge) => (shown = device.proof("login", origin, challenge)))
      await assert.rejects(
        loginWith(() => shown),
        REFUSED,
      )
      const options = await desk.client.post<LoginOptions>("/api/login/options")
      const body = {
        response: desk.authenticator.get(options, origin),
        device: device.proof("login", origin, options.challenge),
      }
      await desk.client.post("/api/login", body)
      await assert.rejects(desk.client.post("/api/login", body), { code: "ERR_LOGIN_REFUSED" })
    })

    it("takes none of another origin, for another purpose, by another key, or of a device that nobody knows", async () => {
      const { origin } = desk.desk
      const other = await registered("別のタブレット")
      const own = device.id
      for (const wrong of [
        (challenge: string) => device.proof("login", "https://evil.example", challenge),
        (challenge: string) => device.proof("enrol", origin, challenge),
        (challenge: string) => device.proof("card", origin, challenge),
        (challenge: string) => device.proof("register", origin, challenge),
        (challenge: string) => ({ ...other.proof("login", origin, challenge), id: own }),
        (challenge: string) => ({ ...device.proof("login", origin, challenge), id: other.id }),
        (challenge: string) => ({ ...device.proof("login", origin, challenge), id: "0".repeat(32) }),
        () => ({ id: own, signature: Buffer.alloc(64).toString("base64url") }),
      ])
        await assert.rejects(loginWith(wrong), REFUSED)
      for (const malformed of [
        null,
        { id: own },
        { id: own, signature: "AA" },
        { id: `${own}'`, signature: "A".repeat(86) },
        { id: own, signature: "A".repeat(8_192) },
      ])
        await assert.rejects(
          loginWith(() => malformed),
          { code: "ERR_INPUT" },
        )
    })

    it("ends the sessions of a device that is taken away: the next request, and the live page at once", async () => {
      const officer = await enrolledOfficer()
      const options = await desk.client.post<LoginOptions>("/api/login/options")
      const response = desk.authenticator.get(options, desk.desk.origin)
      const proof = device.proof("login", desk.desk.origin, options.challenge)
      const entered = await desk.client.exchange("POST", "/api/login", { response, device: proof })
      const cookie = entered.headers["set-cookie"]![0]!.split(";")[0]!
      const socket = new WebSocket(`ws://127.0.0.1:${desk.desk.port}/api/events`, {
        headers: { Origin: desk.desk.origin, Cookie: cookie },
      })
      await once(socket, "open")
      const closed = once(socket, "close")
      await officer.post("/api/accounts/device/revoke", { id: device.id, reason: "電車に置き忘れ" })
      assert.equal((await closed)[0], 4001, "long before the next heartbeat")
      await assert.rejects(desk.client.get("/api/worklist"), { code: "ERR_LOGIN_NEEDED" })
      await assert.rejects(device.login(desk.client, desk.authenticator), REFUSED)
      const again = officer.post("/api/accounts/device/revoke", { id: device.id, reason: "-" })
      await assert.rejects(again, { code: "ERR_NOT_FOUND" })
      const told = (await desk.people.untold()).at(-1)?.event
      assert.equal(told?.objectId, `urn:dokuei:device:${device.id}`)
      assert.match(told.description ?? "", /taken away .*: 電車に置き忘れ, by 安全 花江 \(anzen\)/)
    })

    it("opens no session on a device that was taken away between the judging and the opening", async () => {
      const { people } = desk
      const judged = people.knownDevice.bind(people)
      people.knownDevice = async (id) => {
        const known = await judged(id)
        await take(id)
        return known
      }
      await assert.rejects(device.login(desk.client, desk.authenticator), REFUSED)
      assert.equal(desk.audits.at(-1)?.event, "login-failed")
    })

    it("lets nobody but its owner in on a device that has one", async () => {
      const [reader] = await desk.people.persons()
      const theirs = await registered("山田先生の iPad", reader!.login)
      assert.equal((await theirs.login(desk.client, desk.authenticator)).device?.label, "山田先生の iPad")
      await assert.rejects(
        enrolOn(theirs, { login: "yomi", name: "読影 次郎", role: "radiologist" }),
        REFUSED,
      )
    })

    async function enrolledOfficer(): Promise<DeskClient> {
      const authenticator = new SoftwareAuthenticator()
      const client = new DeskClient(desk.desk.origin, authenticator)
      const code = await desk.invite(OFFICER)
      const { options } = await client.post<{
        options: Parameters<SoftwareAuthenticator["create"]>[0]
      }>("/api/enrol/options", { code })
      const at = await registered("管理室 PC")
      const response = authenticator.create(options, client.origin)
      await client.post("/api/enrol", {
        code,
        response,
        device: at.proof("enrol", client.origin, options.challenge),
      })
      return client
    }
  })

  describe("where the desk asks for none", () => {
    beforeEach(async () => {
      desk = await openHarness("reading")
      await enrolled(desk, READER)
    })

    it("changes nothing for whoever has none; a session on a registered one names it all the same", async () => {
      const session = await desk.client.login()
      assert.equal(session.device, undefined)
      assert.equal(session.registeredDevices, undefined)
      const known = await registered()
      assert.equal((await known.login(desk.client, desk.authenticator)).device?.id, known.id)
    })

    it("lets a device that was taken away not in as one that nobody knows", async () => {
      const known = await registered()
      await known.login(desk.client, desk.authenticator)
      await take(known.id)
      await assert.rejects(desk.client.get("/api/worklist"), { code: "ERR_LOGIN_NEEDED" })
      await assert.rejects(known.login(desk.client, desk.authenticator), REFUSED)
    })
  })

  describe("registering", () => {
    beforeEach(async () => {
      desk = await openHarness("reading", {}, "registered")
      device = new SoftwareDevice()
    })

    it("takes a code as people type it, once, and not when it is old", async () => {
      const { code } = await offer()
      assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/)
      const typed = ` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l")}`
      await device.register(desk.client, typed)
      const next = new SoftwareDevice()
      await assert.rejects(next.register(desk.client, code), { status: 401, code: "ERR_CODE_REFUSED" })
      const late = await offer()
      desk.clock.pass(15)
      await assert.rejects(next.register(desk.client, late.code), { code: "ERR_CODE_REFUSED" })
      const told = (await desk.people.untold()).map(({ event }) => event.description)
      assert.match(told[1] ?? "", /^device "読影室タブレット 1" was registered from 127.0.0.1, by its code$/)
    })

    it("wears out who guesses: by address, by code, and with an alert", async () => {
      const attempt = (code: string): Promise<unknown> => desk.client.post("/api/device/options", { code })
      for (let i = 0; i < 10; i++) await assert.rejects(attempt("AAAA"), { code: "ERR_CODE_REFUSED" })
      await assert.rejects(attempt("AAAA"), { status: 429, code: "ERR_TOO_MANY_ATTEMPTS" })
      assert.equal(desk.audits.filter(({ event }) => event === "security-alert").length, 1)
      for (let i = 0; i < 49; i++) await assert.rejects(attempt(`B${i}`), { code: "ERR_CODE_REFUSED" })
      await assert.rejects(attempt((await offer()).code), { code: "ERR_TOO_MANY_ATTEMPTS" })
    })

    it("takes a point of P-256 and nothing else, shown by a signature; the code stays good meanwhile", async () => {
      const { code } = await offer()
      const fresh = () => device.registration(desk.client, code)
      const send = (body: object): Promise<unknown> => desk.client.post("/api/device", body)
      const off = { ...device.key, y: Buffer.alloc(32, 7).toString("base64url") }
      await assert.rejects(send({ ...(await fresh()), key: off }), REFUSED)
      await assert.rejects(send({ ...(await fresh()), key: new SoftwareDevice().key }), REFUSED)
      const body = await fresh()
      for (const key of [
        { ...device.key, x: "A".repeat(100_000) },
        { ...device.key, d: "A".repeat(43) },
        { ...device.key, crv: "P-384" },
        { kty: "oct", k: "AAAA" },
        { ...device.key, x: "" },
      ])
        await assert.rejects(send({ ...body, key }), { code: "ERR_INPUT" })
      const huge = { ...body, key: { ...device.key, x: "A".repeat(300_000) } }
      await assert.rejects(send(huge), { code: "ERR_INPUT_TOO_LARGE" })
      await send(body)
    })

    it("knows no key twice: neither a second device by the same, nor one that was taken away", async () => {
      await device.register(desk.client, (await offer()).code)
      await assert.rejects(device.register(desk.client, (await offer()).code), { code: "ERR_CODE_REFUSED" })
      const [first] = (await desk.people.devices()).filter(({ registeredAt }) => registeredAt !== null)
      await take(first!.id)
      await assert.rejects(device.register(desk.client, (await offer()).code), { code: "ERR_CODE_REFUSED" })
    })

    it("answers a question once, and not with the code of another device", async () => {
      const [one, two] = [await offer(), await offer("別のタブレット")]
      const body = await device.registration(desk.client, one.code)
      await assert.rejects(desk.client.post("/api/device", { ...body, code: two.code }), REFUSED)
      await desk.client.post("/api/device", body)
      assert.equal((await desk.people.devices()).filter((each) => each.registeredAt !== null).length, 1)
    })

    it("is over for a code that was taken back", async () => {
      const { id, code } = await offer()
      await take(id)
      await assert.rejects(device.register(desk.client, code), { code: "ERR_CODE_REFUSED" })
    })
  })

  describe("on the officer's page", () => {
    beforeEach(async () => {
      desk = await openHarness("staff")
      await enrolled(desk, OFFICER)
    })

    const gesture = async (wanted: object) => ({
      response: desk.authenticator.get(
        await desk.client.post<Parameters<typeof desk.authenticator.get>[0]>(
          "/api/accounts/device/confirmation",
          wanted,
        ),
        desk.desk.origin,
      ),
    })

    it("are offered by label, owner and day, listed, and taken away with a reason", async () => {
      const wanted = { label: "受付 PC", owner: OFFICER.login, qualifiedUntil: null }
      const { code, id } = await desk.client.post<DeviceCode>("/api/accounts/device", await gesture(wanted))
      await device.register(desk.client, code).catch(() => undefined)
      const { devices } = await desk.client.get<{ devices: { id: string; owner: object }[] }>("/api/accounts")
      assert.deepEqual(
        devices.map((each) => [each.id, each.owner]),
        [[id, { login: OFFICER.login, name: OFFICER.name }]],
      )
      await assert.rejects(desk.client.post("/api/accounts/device/revoke", { id, reason: "" }), {
        code: "ERR_INPUT",
      })
      await desk.client.post("/api/accounts/device/revoke", { id, reason: "廃棄" })
    })

    it("are refused with a fault for each field that is wrong", async () => {
      for (const [field, value] of [
        ["label", " "],
        ["label", "a\nb"],
        ["label", "x".repeat(65)],
        ["qualifiedUntil", "2026-02-30"],
        ["qualifiedUntil", "soon"],
      ] as const) {
        const wanted = { label: "受付 PC", owner: null, qualifiedUntil: null, [field]: value }
        await assert.rejects(gesture(wanted), {
          code: "ERR_INPUT",
          faults: [field],
        })
      }
      const nobody = { label: "受付 PC", owner: "nobody", qualifiedUntil: null }
      await assert.rejects(gesture(nobody), { code: "ERR_NOT_FOUND" })
    })

    it("get a code by a gesture over exactly this device, once, and the trail names it", async () => {
      const wanted = { label: "受付 PC", owner: null, qualifiedUntil: null }
      const other = await gesture({ ...wanted, label: "読影室" })
      const { id } = await desk.client.post<DeviceCode>("/api/accounts/device", other)
      const listed = await desk.client.get<{ devices: { id: string; label: string }[] }>("/api/accounts")
      assert.deepEqual(
        listed.devices.map((each) => [each.id, each.label]),
        [[id, "読影室"]],
      )
      await assert.rejects(desk.client.post("/api/accounts/device", other), { code: "ERR_LOGIN_REFUSED" })
      await assert.rejects(desk.client.post("/api/accounts/device", wanted), { code: "ERR_INPUT" })
      const told = (await desk.people.untold()).map(({ event }) => event.description ?? "")
      assert.match(told.join("\n"), /a code was made .*by a gesture of SHA-256 [0-9a-f]{64}/)
    })
  })
})
