import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { once } from "node:events"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "node:tls"
import { promisify } from "node:util"
import { keyPem, pem, type Holder } from "../../../gateway/commands/pki-authority.ts"
import { cardHolder } from "../../../gateway/journey/people/card-login.ts"
import { fingerprintOf } from "../../../gateway/journey/people/certificate-facts.ts"
import { offerDevice } from "../../../gateway/journey/people/device.ts"
import { confirmBinding, revokeBinding } from "../../../gateway/journey/people/bind.ts"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import { serverTls } from "../../../gateway/actors/secure-node/tls.ts"
import { certificates, START } from "../../journey/certificates.ts"
import { card, cardTrust } from "../../journey/people/cards.ts"
import type { DeskOptions } from "../../../gateway/actors/desks/options.ts"
import { openHarness, READER, type Harness } from "./harness.ts"
import { SoftwareDevice } from "./software-device.ts"

const run = promisify(execFile)
const WITNESS = { login: "anzen", name: "安全 花江" }

describe("the door for cards", function () {
  this.timeout(20_000)
  let folder: string
  let desk: Harness
  let doctor: Holder
  let signing: Holder

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "card-door-"))
    doctor = await card({ name: READER.name })
    signing = await card({ name: READER.name, use: "signature", usage: "nonRepudiation" })
    for (const [name, holder] of Object.entries({ doctor, signing })) {
      writeFileSync(join(folder, `${name}.key`), keyPem(holder.key))
      writeFileSync(
        join(folder, `${name}.crt`),
        holder.chain.map((each) => pem("CERTIFICATE", each)).join(""),
      )
    }
  })
  after(() => rmSync(folder, { recursive: true }))

  for (const tls of ["TLSv1.3", "TLSv1.2"] as const) {
    describe(`in ${tls}`, () => {
      beforeEach(async () => {
        desk = await openDesk(tls)
        await desk.invite(READER)
      })
      afterEach(() => desk.close())

      it("sends a confirmed card back with a code that opens the desk once, for the page that began it", async () => {
        await confirm()
        const verifier = secret()
        const code = await codeOf("doctor", verifier)
        const stranger = desk.client.post("/api/login/card", { code, verifier: secret() })
        await assert.rejects(stranger, { status: 401, code: "ERR_LOGIN_REFUSED" })
        const session = await desk.client.post<SessionView>("/api/login/card", { code, verifier })
        assert.equal(session.person?.name, READER.name)
        await desk.client.get("/api/worklist")
        const again = desk.client.post("/api/login/card", { code, verifier })
        await assert.rejects(again, { code: "ERR_LOGIN_REFUSED" })
        const login = desk.audits.find(({ event }) => event === "login")
        assert.equal(login?.user, READER.login)
        assert.match(login.description ?? "", new RegExp(fingerprintOf(doctor.chain[0]!)))
      })

      it("tells who comes without a card, with the wrong one, or with one nobody has confirmed", async () => {
        assert.equal(await refusalOf(null), "none")
        assert.equal(await refusalOf("signing"), "other-use")
        assert.equal(await refusalOf("doctor"), "unconfirmed")
        assert.deepEqual(
          desk.audits.map(({ event }) => event),
          ["login-failed", "login-failed", "login-failed"],
        )
        const waiting = (await desk.people.bindings()).map(({ person, use, confirmed }) => [
          person.login,
          use,
          confirmed,
        ])
        assert.deepEqual(waiting, [[READER.login, "login", null]])
      })
    })
  }

  describe("whatever TLS", () => {
    beforeEach(async () => {
      desk = await openDesk("TLSv1.3")
      await desk.invite(READER)
      await confirm()
    })
    afterEach(() => desk.close())

    it("shuts for a card whose confirmation was taken back, and after a minute for a code", async () => {
      const verifier = secret()
      const code = await codeOf("doctor", verifier)
      desk.clock.pass(1)
      await assert.rejects(desk.client.post("/api/login/card", { code, verifier }), {
        code: "ERR_LOGIN_REFUSED",
      })
      const [binding] = await desk.people.bindings()
      await revokeBinding(desk.people, binding!, { by: [WITNESS], at: START, reason: "lost" })
      assert.equal(await refusalOf("doctor"), "unconfirmed")
    })

    it("resumes no session: whoever comes next at the same browser shows a card of their own", async () => {
      const [key, cert] = ["key", "crt"].map((kind) => readFileSync(join(folder, `doctor.${kind}`)))
      const port = desk.desk.cardPort!
      const first = connect({ port, key, cert, rejectUnauthorized: false, maxVersion: "TLSv1.2" })
      await once(first, "secureConnect")
      const session = first.getSession()
      first.destroy()
      const next = connect({ port, session, rejectUnauthorized: false, maxVersion: "TLSv1.2" })
      await once(next, "secureConnect")
      assert.equal(next.isSessionReused(), false)
      next.destroy()
    })

    it("opens nothing by a code whose card was taken back meanwhile, and ends what that card had opened", async () => {
      const entered = secret()
      await desk.client.post("/api/login/card", { code: await codeOf("doctor", entered), verifier: entered })
      await desk.client.get("/api/worklist")
      const verifier = secret()
      const code = await codeOf("doctor", verifier)
      const [binding] = await desk.people.bindings()
      await revokeBinding(desk.people, binding!, { by: [WITNESS], at: START, reason: "lost" })
      await assert.rejects(desk.client.get("/api/worklist"), { status: 401 })
      const late = desk.client.post("/api/login/card", { code, verifier })
      await assert.rejects(late, { status: 401, code: "ERR_LOGIN_REFUSED" })
    })

    it("knows one address and no other, and leaves no connection open", async () => {
      assert.match(await answer(null, "/"), /^HTTP\/1.1 404 /)
      assert.match(await answer(null, "/api/session"), /^HTTP\/1.1 404 /)
      assert.match(await answer(null, `/?ask=${"a".repeat(44)}`), /^HTTP\/1.1 404 /)
      assert.match(await answer(null, "/"), /Connection: close/)
    })

    it("is told to whoever asks the desk, before login", async () => {
      const { cards } = await desk.client.get<SessionView>("/api/session")
      assert.equal(cards, `https://cards.localhost:${desk.desk.cardPort}`)
    })
  })

  describe("where people log in on registered devices alone", () => {
    beforeEach(async () => {
      desk = await openDesk("TLSv1.3", "registered")
      await desk.invite(READER)
      await confirm()
    })
    afterEach(() => desk.close())

    it("a card opens nothing without one, and the device signs the code the card was given", async () => {
      const devices = desk.people
      const by = { login: null, name: "保守 一郎" }
      const offer = { label: "読影室 PC", owner: null, qualifiedUntil: null, by, at: desk.clock.now() }
      const device = new SoftwareDevice()
      const chance = { bytes: randomBytes }
      await device.register(desk.client, (await offerDevice({ devices, chance }, offer)).code)
      const enter = async (proof: (code: string) => object) => {
        const verifier = secret()
        const code = await codeOf("doctor", verifier)
        return desk.client.post<SessionView>("/api/login/card", { code, verifier, ...proof(code) })
      }
      await assert.rejects(
        enter(() => ({})),
        { status: 401, code: "ERR_DEVICE_NEEDED" },
      )
      await assert.rejects(
        enter((code) => ({ device: device.proof("login", desk.desk.origin, code) })),
        { code: "ERR_DEVICE_REFUSED" },
      )
      const session = await enter((code) => ({ device: device.proof("card", desk.desk.origin, code) }))
      assert.equal(session.device?.label, "読影室 PC")
      await desk.client.get("/api/worklist")
    })
  })

  async function openDesk(
    version: "TLSv1.2" | "TLSv1.3",
    deviceRule: "any" | "registered" = "any",
  ): Promise<Harness> {
    const { holders, authorities } = await certificates()
    const own = holders["center/tls"]
    const chainPem = own.chain.map((each) => pem("CERTIFICATE", each)).join("")
    const ca = pem("CERTIFICATE", authorities.personAuthentication.certificate)
    const trust = await cardTrust()
    const credentials = { chainPem, keyPem: keyPem(own.key), trustedPem: ca, profile: "ihe-stx" } as const
    let opened: Harness | null = null
    const door: Partial<DeskOptions> = {
      cards: {
        host: "127.0.0.1",
        port: 0,
        origin: "https://cards.localhost:0",
        tls: () => ({ ...serverTls(credentials), rejectUnauthorized: false, maxVersion: version }),
        onRenewed: () => undefined,
        judge: async (shown) => {
          const { people } = opened!
          const persons = await people.persons()
          return cardHolder(shown, { trust, bindings: people, persons, now: START, want: () => undefined })
        },
      },
    }
    opened = await openHarness("reading", door, deviceRule)
    return opened
  }

  async function confirm(): Promise<void> {
    const [leaf] = doctor.chain
    const [person] = await desk.people.persons()
    await desk.people.saw(READER.login, "login", leaf!, START)
    const which = { person: person!, fingerprint: fingerprintOf(leaf!) }
    await confirmBinding(desk.people, which, { by: [WITNESS], evidence: "-", at: START })
  }

  const secret = (): string => randomBytes(32).toString("base64url")

  /** What openssl is answered. @param who whose card it shows */
  async function answer(who: "doctor" | "signing" | null, path: string): Promise<string> {
    const [key, crt] = [join(folder, `${who}.key`), join(folder, `${who}.crt`)]
    const shown = who === null ? [] : ["-cert", crt, "-cert_chain", crt, "-key", key]
    const line = ["s_client", "-quiet", "-connect", `127.0.0.1:${desk.desk.cardPort}`, ...shown]
    const asking = run("openssl", line)
    asking.child.stdin?.end(`GET ${path} HTTP/1.1\r\nHost: cards.localhost\r\n\r\n`)
    return (await asking).stdout
  }

  async function locationOf(who: "doctor" | "signing" | null, verifier: string): Promise<string> {
    const ask = createHash("sha256").update(verifier).digest("base64url")
    const said = await answer(who, `/?ask=${ask}`)
    assert.match(said, /^HTTP\/1.1 303 /)
    const location = /^Location: (.*)\r$/m.exec(said)?.[1] ?? ""
    assert.ok(location.startsWith(`${desk.desk.origin}/#/card/`), location)
    return location.slice(`${desk.desk.origin}/#/card/`.length)
  }

  const codeOf = async (who: "doctor", verifier: string): Promise<string> =>
    (await locationOf(who, verifier)).replace(/^code\//, "")
  const refusalOf = async (who: "doctor" | "signing" | null): Promise<string> =>
    (await locationOf(who, secret())).replace(/^refused\//, "")
})
