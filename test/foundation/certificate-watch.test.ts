import assert from "node:assert/strict"
import { createHash, X509Certificate } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CertificateWatch } from "../../gateway/foundation/certificate-watch.ts"
import { withCa, type TestCertificate } from "../actors/certificates.ts"

const pinOf = ({ publicKey }: X509Certificate): string =>
  createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")

describe("the certificates that are looked after", () => {
  let folder: string
  const made: Record<string, TestCertificate> = {}
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-watch-"))
    withCa("watched", (ca) => {
      for (const name of ["ours", "theirs", "next", "stranger"]) made[name] = ca.issue(name)
    })
    await writeFile(join(folder, "object.pem"), made.theirs!.chainPem)
  })
  after(() => rm(folder, { recursive: true }))

  const watch = (): CertificateWatch => {
    const agreement = {
      id: "north",
      partner: { name: "北読影センター" },
      tlsPins: [pinOf(made.theirs!.x509), pinOf(made.next!.x509)],
      sealPins: [pinOf(made.theirs!.x509)],
      objectCertificate: join(folder, "object.pem"),
    }
    const keys = { chain: () => [made.ours!.x509.raw] }
    return new CertificateWatch({ agreements: [agreement] } as never, keys)
  }
  const named = (of: CertificateWatch): string[] =>
    of.all().map(({ use, partner }) => (partner === null ? use : `${partner.name} ${use}`))

  it("are ours, and those the agreements name", () => {
    assert.deepEqual(named(watch()), ["seal", "object", "tls", "北読影センター object"])
    assert.deepEqual(watch().all()[0]?.notAfter, made.ours!.x509.validToDate)
  })

  it("are the door for cards' own, where there is such a door", async () => {
    const chain = join(folder, "cards.pem")
    await writeFile(chain, made.next!.chainPem)
    const keys = { chain: () => [made.ours!.x509.raw] }
    const watched = new CertificateWatch({ agreements: [], desk: { cards: { chain } } } as never, keys)
    assert.deepEqual(named(watched), ["seal", "object", "tls", "cards"])
    assert.deepEqual(watched.all()[3]?.notAfter, made.next!.x509.validToDate)
  })

  it("are those that partners show on the road, the newest of each, and nobody else's", () => {
    const watched = watch()
    const look = watched.noting((chain) => (chain.length === 0 ? "no certificate" : null))
    assert.equal(look([]), "no certificate")
    for (const name of ["stranger", "theirs", "next"] as const)
      assert.equal(look([made[name]!.x509.raw]), null)
    assert.equal(named(watched).length, 5)
    assert.deepEqual(watched.all()[4]?.notAfter, made.next!.x509.validToDate)
  })

  it("are those by which partners seal what they send, beside those they call by", () => {
    const watched = watch()
    const sealing = (name: string) => {
      const { raw, publicKey, validToDate } = made[name]!.x509
      return [
        { encoded: raw, spki: publicKey.export({ type: "spki", format: "der" }), notAfter: validToDate },
      ]
    }
    watched.sealedBy([sealing("theirs"), sealing("stranger"), []])
    watched.noting(() => null)([made.next!.x509.raw])
    assert.deepEqual(named(watched).slice(3), [
      "北読影センター object",
      "北読影センター seal",
      "北読影センター tls",
    ])
  })

  it("stay told while a file is being replaced", async () => {
    const watched = watch()
    const before = named(watched)
    const path = join(folder, "object.pem")
    await writeFile(path, made.next!.chainPem.slice(0, 40))
    assert.deepEqual(named(watched), before)
    await rm(path)
    assert.deepEqual(named(watched), before)
    await writeFile(path, made.next!.chainPem)
    assert.deepEqual(watched.all()[3]?.notAfter, made.next!.x509.validToDate)
    await writeFile(path, made.theirs!.chainPem)
  })

  it("are not those of a connection that was refused", () => {
    const watched = watch()
    assert.equal(watched.noting(() => "is revoked")([made.theirs!.x509.raw]), "is revoked")
    assert.equal(named(watched).length, 4)
  })
})
