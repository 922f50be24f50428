import assert from "node:assert/strict"
import { type Holder, days } from "../../../gateway/commands/pki-authority.ts"
import { cardHolder } from "../../../gateway/journey/people/card-login.ts"
import type { Person } from "../../../gateway/journey/ports/person.ts"
import type { HpkiTrust } from "../../../gateway/standards/dsg/trust.ts"
import { certificates, START } from "../certificates.ts"
import { card, cardTrust, type CardShape } from "./cards.ts"

const READER: Person = { id: "p1", login: "hosha", name: "Taro Hosha", role: "radiologist" }
const CLERK: Person = { id: "p2", login: "suzuki", name: "鈴木 一郎", role: "clerk" }

describe("a card at the door", () => {
  const seen: string[] = []
  let good: Holder
  let trust: HpkiTrust
  before(async () => {
    good = await card()
    trust = await cardTrust()
  })
  beforeEach(() => (seen.length = 0))

  const judged = (chain: readonly Uint8Array[], holder: Person | null = READER, change = {}) =>
    cardHolder(chain, {
      trust,
      bindings: {
        holder: (_fingerprint, use) => Promise.resolve(use === "login" ? holder : null),
        saw: (login, use) => {
          seen.push(`${login} ${use}`)
          return Promise.resolve()
        },
      },
      persons: [READER, CLERK],
      now: START,
      want: () => undefined,
      ...change,
    })
  const refusal = async (...what: Parameters<typeof judged>) => (await judged(...what)).refusal
  const shaped = async (shape: CardShape) => refusal((await card(shape)).chain)

  it("lets in the account it was confirmed for, also when it shows no authority of its own", async () => {
    assert.equal((await judged(good.chain)).person?.login, "hosha")
    assert.equal((await judged(good.chain.slice(0, 1))).person?.login, "hosha")
    assert.equal(await shaped({ purpose: "1.3.6.1.5.5.7.3.2" }), null)
  })

  it("is refused when none is shown, or what is shown is none", async () => {
    assert.equal(await refusal([]), "none")
    assert.equal(await refusal([Uint8Array.of(0x30, 0x00)]), "unknown")
  })

  it("is refused when nobody we know has issued it", async () => {
    const { anchors } = await certificates()
    assert.equal(await refusal(good.chain, READER, { trust: { ...trust, anchors: anchors.seal } }), "unknown")
  })

  it("that anybody made fills no audit trail with its names", async () => {
    const { anchors } = await certificates()
    const strange = { trust: { ...trust, anchors: anchors.seal } }
    const { detail } = await judged((await card({ name: "x".repeat(9_000) })).chain, READER, strange)
    assert.match(detail, /^path: no path to a configured anchor: /)
    assert.ok(detail.length <= 300, String(detail.length))
  })

  it("is refused when it is for signing, of an organisation, or for a server", async () => {
    assert.equal(await shaped({ use: "signature", usage: "nonRepudiation" }), "other-use")
    assert.equal(await shaped({ usage: "nonRepudiation" }), "other-use")
    assert.equal(await shaped({ use: "organisation-authentication" }), "other-use")
    assert.equal(await shaped({ purpose: "1.3.6.1.5.5.7.3.1" }), "other-use")
  })

  it("is refused under a policy for tests, where those do not count", async () => {
    const strict = { ...trust, rules: { ...trust.rules, allowTestPolicies: false } }
    assert.equal(await refusal(good.chain, READER, { trust: strict }), "other-use")
  })

  it("is refused when it has ended", async () => {
    assert.equal(await shaped({ endsAfterDays: -1 }), "ended")
  })

  it("is refused when it was revoked, and while nobody can tell", async () => {
    assert.equal(await refusal(good.chain, READER, { trust: await cardTrust([good]) }), "revoked")
    assert.equal(await refusal(good.chain, READER, { trust: { ...trust, crls: [] } }), "revocation-unknown")
    const late = { now: days(START, 500) }
    assert.equal(
      await refusal((await card({ endsAfterDays: 600 })).chain, READER, late),
      "revocation-unknown",
    )
  })

  it("must state a physician's qualification for a radiologist's account, and none in particular for a clerk's", async () => {
    const nurse = await card({ role: "General Nurse" })
    assert.equal(await refusal(nurse.chain), "role")
    assert.equal(await refusal(nurse.chain, CLERK), null)
  })

  it("that nobody has confirmed waits for somebody to, at the account of its holder's name", async () => {
    assert.equal(await refusal(good.chain, null), "unconfirmed")
    assert.deepEqual(seen, ["hosha login"])
  })

  it("leaves nothing to be confirmed when it does not count in any case", async () => {
    await shaped({ endsAfterDays: -1 })
    assert.deepEqual(seen, [])
  })
})
