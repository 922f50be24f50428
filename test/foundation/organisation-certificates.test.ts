import assert from "node:assert/strict"
import { createHash, X509Certificate } from "node:crypto"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, createServer } from "node:tls"
import { clientTls, serverTls } from "../../gateway/actors/secure-node/tls.ts"
import type { RevokedOf } from "../../gateway/actors/secure-node/revoked.ts"
import { days, keyPem, pem, type Holder } from "../../gateway/commands/pki-authority.ts"
import {
  organisationFault,
  type OrganisationParts,
} from "../../gateway/foundation/organisation-certificates.ts"
import type { Crl } from "../../gateway/standards/hpki/crl.ts"
import { certificates, list, pinOf, START } from "../journey/certificates.ts"
import { card, type CardShape } from "../journey/people/cards.ts"

const ORGANISATION = { name: "Mihon Hospital", use: "organisation-authentication" } as const
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1"

describe("a partner that has to show an organisation's HPKI certificate", () => {
  let folder: string
  let hpkiRoots: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "organisation-"))
    hpkiRoots = join(folder, "root.pem")
    writeFileSync(hpkiRoots, pem("CERTIFICATE", (await certificates()).authorities.hpkiRoot.certificate))
  })
  after(() => rmSync(folder, { recursive: true }))

  const wanting = (holder: Holder, change: { crls?: readonly Crl[]; at?: Date; tests?: boolean } = {}) =>
    organisationFault({
      config: {
        agreements: [
          { tlsCertificate: "hpki-organisation", tlsPins: [pinOf(holder)] },
          { tlsCertificate: "pinned", tlsPins: ["0".repeat(64)] },
        ],
        trust: { hpkiRoots, allowTestPolicies: change.tests ?? true },
      } as unknown as OrganisationParts["config"],
      evidence: { crls: () => change.crls ?? [] },
      clock: { now: () => change.at ?? START },
    })
  const faultOf = async (shape: CardShape, change = {}) => {
    const holder = await card({ ...ORGANISATION, ...shape })
    return (await wanting(holder, change))(holder.chain) ?? "none"
  }

  it("passes with one, also as a server's, and while a list is missing", async () => {
    assert.equal(await faultOf({}), "none")
    assert.equal(await faultOf({ purpose: SERVER_AUTH }), "none")
  })

  it("is refused with a person's, with one for tests in production, and with one that has ended", async () => {
    assert.match(await faultOf({ use: "person-authentication" }), /: policy: /)
    assert.match(await faultOf({}, { tests: false }), /: policy: /)
    assert.match(await faultOf({}, { at: days(START, 400) }), /: validity: /)
  })

  it("is refused with another authority's, although its key is pinned", async () => {
    const { holders } = await certificates()
    const own = holders["edge/tls"]
    assert.match((await wanting(own))(own.chain) ?? "", /: path: /)
  })

  it("is refused once a list names it", async () => {
    const holder = await card(ORGANISATION)
    const { authorities } = await certificates()
    const crls = [list(authorities.organisationAuthentication, days(START, -1), [holder])]
    assert.match((await wanting(holder, { crls }))(holder.chain) ?? "", /: revocation: /)
  })

  it("is nobody whose agreement asks for a pinned key alone", async () => {
    const other = await card(ORGANISATION)
    const person = await card()
    assert.equal((await wanting(other))(person.chain), null)
  })

  it("is told so in the handshake, before a word was said", async () => {
    const fitting = await card({ ...ORGANISATION, purpose: SERVER_AUTH })
    const person = await card()
    assert.equal(await shakenWith(fitting, await wanting(fitting)), "connected")
    assert.equal(await shakenWith(person, await wanting(person)), "ERR_TLS_REVOKED")
  })

  /** What comes of calling a server that shows this. */
  async function shakenWith(holder: Holder, revoked: RevokedOf): Promise<string> {
    const { authorities } = await certificates()
    const trustedPem = pem("CERTIFICATE", authorities.hpkiRoot.certificate)
    const chainPem = holder.chain.map((each) => pem("CERTIFICATE", each)).join("")
    const shown = { chainPem, keyPem: keyPem(holder.key), trustedPem }
    const server = createServer({ ...serverTls(shown), requestCert: false })
    server.on("tlsClientError", () => undefined)
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const pin = createHash("sha256")
      .update(new X509Certificate(holder.chain[0]!).publicKey.export({ type: "spki", format: "der" }))
      .digest("hex")
    const { port } = server.address() as AddressInfo
    const socket = connect({ host: "127.0.0.1", port, ...clientTls({ ...shown, revoked }, [pin]) })
    const outcome = await new Promise<string>((resolve) => {
      socket.once("secureConnect", () => resolve("connected"))
      socket.once("error", (error) => resolve("code" in error ? String(error.code) : error.message))
    })
    socket.destroy()
    server.close()
    return outcome
  }
})
