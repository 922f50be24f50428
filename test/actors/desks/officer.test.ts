import assert from "node:assert/strict"
import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { DeskClient } from "../../../deploy/demo/desk-client.ts"
import { SoftwareAuthenticator } from "../../../deploy/demo/authenticator.ts"
import { Routes } from "../../../gateway/actors/desks/routes.ts"
import { fingerprintOf } from "../../../gateway/journey/people/certificate-facts.ts"
import type { AccountsView } from "../../../gateway/journey/views/account.ts"
import { certificates } from "../../journey/certificates.ts"
import { CLERK, enrolled, OFFICER, openHarness, READER, type Harness } from "./harness.ts"

type Asked = Parameters<SoftwareAuthenticator["get"]>[0]
const LOST = { reason: "端末の紛失" }

describe("the officer's page over HTTP", () => {
  let desk: Harness
  let officer: DeskClient
  let leaf: Uint8Array
  let which: { login: string; fingerprint: string }

  beforeEach(async () => {
    desk = await openHarness("reading")
    officer = await enrolled(desk, OFFICER)
    await desk.invite(READER)
    const { folder } = await certificates()
    leaf = new X509Certificate(readFileSync(`${folder}/readers/reader1.chain.pem`)).raw
    await desk.people.saw(READER.login, "signing", leaf, desk.clock.now())
    which = { login: READER.login, fingerprint: fingerprintOf(leaf) }
  })
  afterEach(() => desk.close())

  const accounts = (): Promise<AccountsView> => officer.get("/api/accounts")
  const gesture = async (of: object = which) => ({
    response: desk.authenticator.get(
      await officer.post<Asked>("/api/accounts/confirmation", of),
      desk.desk.origin,
    ),
  })
  const holder = async () => (await desk.people.holder(which.fingerprint, "signing"))?.login ?? null

  it("shows every account with its passkeys and the facts of its certificates", async () => {
    const { accounts: all } = await accounts()
    assert.deepEqual(
      all.map(({ login, role, passkeys }) => [login, role, passkeys.length]),
      [
        [OFFICER.login, "officer", 1],
        [READER.login, "radiologist", 0],
      ],
    )
    const [certificate] = all[1]!.certificates
    assert.equal(certificate?.fingerprint, which.fingerprint)
    assert.deepEqual(certificate.roles, ["Medical Doctor"])
    assert.equal(certificate.use, "signing")
    assert.equal(certificate.confirmed, null)
    assert.match(certificate.issuer, /CN=/)
  })

  it("confirms a certificate by a gesture over it, which is kept as evidence and told to the trail", async () => {
    await officer.post("/api/accounts/confirm", await gesture())
    assert.equal(await holder(), READER.login)
    const [told] = await desk.people.untold()
    assert.equal(told?.event.user, OFFICER.login)
    assert.match(
      told.event.description ?? "",
      /confirmed as signing certificate of sato, by 安全 花江 \(anzen\)/,
    )
    assert.equal((await accounts()).accounts[1]!.certificates[0]!.confirmed?.by, "安全 花江 (anzen)")
  })

  it("takes a gesture once, not one of a login, and not one made too late", async () => {
    const shown = await gesture()
    await officer.post("/api/accounts/confirm", shown)
    await assert.rejects(officer.post("/api/accounts/confirm", shown), { code: "ERR_LOGIN_REFUSED" })
    const login = await officer.post<Asked>("/api/login/options")
    const other = { response: desk.authenticator.get(login, desk.desk.origin) }
    await assert.rejects(officer.post("/api/accounts/confirm", other), { code: "ERR_LOGIN_REFUSED" })
    const late = await gesture()
    desk.clock.pass(6)
    await assert.rejects(officer.post("/api/accounts/confirm", late), { code: "ERR_LOGIN_REFUSED" })
    assert.equal(desk.audits.filter(({ event }) => event === "login-failed").length, 3)
  })

  it("takes no gesture that another officer was asked for", async () => {
    const second = { login: "kanri", name: "管理 次郎", role: "officer" } as const
    const client = new DeskClient(desk.desk.origin, new SoftwareAuthenticator())
    await client.enrol(await desk.invite(second))
    await assert.rejects(client.post("/api/accounts/confirm", await gesture()), { code: "ERR_LOGIN_REFUSED" })
    assert.equal(await holder(), null)
  })

  it("lets nobody confirm a certificate of their own, nor one that nobody has seen", async () => {
    await desk.people.saw(OFFICER.login, "login", leaf, desk.clock.now())
    await assert.rejects(gesture({ ...which, login: OFFICER.login }), { code: "ERR_NOT_ALLOWED" })
    await assert.rejects(gesture({ ...which, fingerprint: "0".repeat(64) }), { code: "ERR_NOT_FOUND" })
    await assert.rejects(gesture({ ...which, login: "nobody" }), { code: "ERR_NOT_FOUND" })
    await assert.rejects(gesture({ ...which, fingerprint: "A" }), { code: "ERR_INPUT" })
  })

  it("takes a certificate back with a reason, and not without", async () => {
    await officer.post("/api/accounts/confirm", await gesture())
    await assert.rejects(officer.post("/api/accounts/revoke", { ...which, reason: "" }), {
      code: "ERR_INPUT",
    })
    await officer.post("/api/accounts/revoke", { ...which, reason: "退職" })
    assert.equal(await holder(), null)
    await assert.rejects(officer.post("/api/accounts/revoke", { ...which, reason: "退職" }), {
      code: "ERR_NOT_FOUND",
    })
  })

  it("gives back nothing that was taken back, not to a page that was open before, and says by whom", async () => {
    const before = await gesture()
    await officer.post("/api/accounts/revoke", { ...which, reason: "カードの紛失" })
    const refused = { status: 409, code: "ERR_BINDING_REVOKED" }
    await assert.rejects(officer.post("/api/accounts/confirm", before), refused)
    await assert.rejects(gesture(), refused)
    assert.equal(await holder(), null)
  })

  it("takes away without a gesture, at once, and not without end: twenty in a quarter of an hour", async () => {
    const take = () => officer.post("/api/accounts/lost", { login: READER.login, passkey: "AAAA", ...LOST })
    for (let taken = 0; taken < 20; taken += 1) await assert.rejects(take(), { code: "ERR_NOT_FOUND" })
    await assert.rejects(take(), { status: 429, code: "ERR_TOO_MANY_ATTEMPTS" })
    const revoke = () => officer.post("/api/accounts/revoke", { ...which, reason: "カードの紛失" })
    await assert.rejects(revoke(), { status: 429 })
    desk.clock.pass(15)
    await officer.login()
    await revoke()
  })

  it("takes a lost passkey away, and with it every session of the account", async () => {
    const reader = new DeskClient(desk.desk.origin, new SoftwareAuthenticator())
    await reader.enrol(await desk.invite(READER))
    await reader.get("/api/worklist")
    const [passkey] = (await accounts()).accounts[1]!.passkeys
    await assert.rejects(
      officer.post("/api/accounts/lost", { login: READER.login, passkey: "AAAA", ...LOST }),
      { code: "ERR_NOT_FOUND" },
    )
    await officer.post("/api/accounts/lost", { login: READER.login, passkey: passkey!.id, ...LOST })
    await assert.rejects(reader.get("/api/worklist"), { code: "ERR_LOGIN_NEEDED" })
    await assert.rejects(reader.login(), { code: "ERR_LOGIN_REFUSED" })
    assert.match(
      (await desk.people.untold()).at(-1)?.event.description ?? "",
      /taken away .* by 安全 花江 \(anzen\): 端末/,
    )
  })

  it("is nobody's who is no officer", async () => {
    const reader = new DeskClient(desk.desk.origin, new SoftwareAuthenticator())
    await reader.enrol(await desk.invite(READER))
    await assert.rejects(reader.get("/api/accounts"), { code: "ERR_NOT_ALLOWED" })
    for (const act of ["confirmation", "confirm", "revoke", "lost"])
      await assert.rejects(reader.post(`/api/accounts/${act}`, which), { code: "ERR_NOT_ALLOWED" })
  })
})

describe("what a desk keeps from an officer", () => {
  const OWN = /^(GET|POST) \/api\/(accounts|session)/
  let mounted: Set<string>
  const restore: (() => void)[] = []

  /** Whatever a desk mounts is written down, so that a route made tomorrow is asked about too. */
  function note(name: "json" | "jsonAlsoForMachines" | "raw"): void {
    const original = Object.getOwnPropertyDescriptor(Routes.prototype, name)!
    const mount = original.value as (...route: unknown[]) => void
    Object.defineProperty(Routes.prototype, name, {
      ...original,
      value(this: Routes, ...route: unknown[]) {
        mounted.add(
          name === "raw"
            ? `GET ${String(route[0])}`
            : `${String(route[0]).toUpperCase()} ${String(route[1])}`,
        )
        mount.apply(this, route)
      },
    })
    restore.push(() => Object.defineProperty(Routes.prototype, name, original))
  }
  before(() => {
    for (const name of ["json", "jsonAlsoForMachines", "raw"] as const) note(name)
  })
  after(() => restore.forEach((back) => back()))

  for (const kind of ["reading", "staff"] as const)
    it(`refuses every route of the ${kind} desk, and tells of no request`, async () => {
      mounted = new Set()
      const signingService = {
        begin: () => Promise.reject(new Error()),
        finish: () => Promise.reject(new Error()),
      }
      const directory = { find: () => Promise.reject(new Error()) }
      const desk = await openHarness(kind, { signingService, directory })
      try {
        const client = await enrolled(desk, OFFICER)
        const others = [...mounted].filter((route) => !OWN.test(route))
        assert.ok(others.length > 15, `${others.length} routes`)
        for (const route of others) {
          const [method = "", path = ""] = route.split(" ")
          const { status, bytes } = await client.exchange(
            method,
            path.replaceAll(/:\w+/g, "1.2"),
            method === "GET" ? undefined : {},
          )
          assert.deepEqual(
            [route, status, (JSON.parse(bytes.toString()) as { code: string }).code],
            [route, 403, "ERR_NOT_ALLOWED"],
          )
        }
        assert.deepEqual(desk.recorder.asked, [])
        const session = await client.get<{ agreements: unknown[] }>("/api/session")
        assert.deepEqual(session.agreements, [])
        await client.post("/api/session")

        const heard: string[] = []
        const [mine, theirs] = [client, new DeskClient(desk.desk.origin, new SoftwareAuthenticator())]
        await theirs.enrol(await desk.invite(kind === "reading" ? READER : CLERK))
        const stop = [await mine.events(({ kind: told }) => heard.push(told))]
        const told = new Promise<void>((resolve) => {
          void theirs.events(() => resolve()).then((end) => stop.push(end))
        })
        while (stop.length < 2) await new Promise((resolve) => setImmediate(resolve))
        desk.desk.notify({ kind: "changed", requestId: "req-1", at: desk.clock.now().toISOString() })
        await told
        await mine.logout()
        assert.deepEqual(
          heard.filter((told) => told !== "session-ended"),
          [],
        )
        stop.forEach((end) => end())
      } finally {
        await desk.close()
      }
    })
})
