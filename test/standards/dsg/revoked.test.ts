/** A signer who was revoked: before or after the signature, with a time stamp or without, by a key in other hands. */
import assert from "node:assert/strict"
import { after, before, describe, it } from "mocha"
import { days } from "../../../gateway/commands/pki-authority.ts"
import { twelveTests } from "../../../gateway/standards/dsg/twelve-tests.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl, REASON } from "../../../gateway/standards/hpki/crl.ts"
import type { CrlInput } from "../../../gateway/standards/hpki/issue.ts"
import { CLAIMED, NOW, type World, makeWorld, named } from "./world.ts"

const LATER = days(NOW, 2)

describe("a signature whose signer was revoked", () => {
  let world: World
  let bare: Uint8Array
  let stamped: Uint8Array
  before(async () => {
    world = await makeWorld()
    bare = world.sign(world.card)
    stamped = world.stamp(bare)
  })
  after(() => world.bench.remove())

  type Entry = Omit<CrlInput["revoked"][number], "serial">

  /** Judged two days later, by a list that came meanwhile. */
  function judged(xml: Uint8Array, entry?: Entry) {
    const { serial } = readCertificate(world.card.chain[0]!)
    const revoked = entry === undefined ? [] : [{ serial, ...entry }]
    const lists = [
      world.hpkiRoot.crl(days(NOW, 1), days(NOW, 5)),
      world.hpkiCa.crl(days(NOW, 1), days(NOW, 5), revoked),
    ]
    const trust = { ...world.hpkiTrust, crls: lists.map(readCrl) }
    return verifySignature(xml, CLAIMED, trust, LATER)
  }
  const before_ = days(NOW, -1)
  const after_ = days(NOW, 1)
  const { superseded, keyCompromise, certificateHold } = REASON

  interface Case {
    readonly it: string
    readonly stamped: boolean
    readonly entry?: Entry
    readonly outcome: string
  }
  const CASES: readonly Case[] = [
    { it: "not at all, with a time stamp", stamped: true, outcome: "valid" },
    { it: "not at all, without a time stamp", stamped: false, outcome: "valid-pending" },
    {
      it: "before it signed, with a time stamp",
      stamped: true,
      entry: { reason: superseded, revocationDate: before_ },
      outcome: "invalid",
    },
    {
      it: "before it signed, without a time stamp",
      stamped: false,
      entry: { reason: superseded, revocationDate: before_ },
      outcome: "invalid",
    },
    {
      it: "after it signed, as a time stamp proves",
      stamped: true,
      entry: { reason: superseded, revocationDate: after_ },
      outcome: "valid",
    },
    {
      it: "after it says it signed, which nothing proves",
      stamped: false,
      entry: { reason: superseded, revocationDate: after_ },
      outcome: "invalid",
    },
    {
      it: "after it signed, with a key that was in other hands before",
      stamped: true,
      entry: { reason: keyCompromise, revocationDate: after_, invalidityDate: before_ },
      outcome: "invalid",
    },
    {
      it: "after it signed, with a key that was its holder's until then",
      stamped: true,
      entry: { reason: keyCompromise, revocationDate: after_, invalidityDate: days(NOW, 0.5) },
      outcome: "valid",
    },
    {
      it: "after it signed, with a key in other hands since nobody knows when",
      stamped: true,
      entry: { reason: keyCompromise, revocationDate: after_ },
      outcome: "indeterminate",
    },
    {
      it: "with a key in other hands, without a time stamp",
      stamped: false,
      entry: { reason: keyCompromise, revocationDate: after_, invalidityDate: days(NOW, 0.5) },
      outcome: "invalid",
    },
    {
      it: "for the time being (on hold)",
      stamped: true,
      entry: { reason: certificateHold, revocationDate: before_ },
      outcome: "indeterminate",
    },
  ]
  for (const { it: when, stamped: isStamped, entry, outcome } of CASES)
    it(`${when} is ${outcome}`, () => {
      const verification = judged(isStamped ? stamped : bare, entry)
      assert.equal(verification.verdict.outcome, outcome)
      const row = twelveTests(verification.verdict).find(({ id }) => id === "revocation")
      const expected = {
        valid: "pass",
        "valid-pending": "pass",
        invalid: "fail",
        indeterminate: "indeterminate",
      }
      assert.equal(row?.outcome, expected[outcome as keyof typeof expected])
      if (outcome === "invalid") assert.deepEqual(named(verification, "fail"), ["revocation"])
    })

  it("stays revoked although the list of a later day does not name it any more", () => {
    const { serial, notAfter } = readCertificate(world.card.chain[0]!)
    const entry = { serial, reason: superseded, revocationDate: before_ }
    const lists = [
      world.hpkiRoot.crl(days(NOW, 1), days(NOW, 5)),
      world.hpkiCa.crl(days(NOW, 1), days(NOW, 5), [entry]),
      world.hpkiCa.crl(days(notAfter, 1), days(notAfter, 5)),
    ]
    const at = (crls: Uint8Array[]) =>
      verifySignature(stamped, CLAIMED, { ...world.hpkiTrust, crls: crls.map(readCrl) }, days(notAfter, 2))
    assert(named(at(lists), "fail").includes("revocation"))
    // An authority may drop what has expired: the later list alone proves nothing.
    assert(named(at([lists[0]!, lists[2]!]), "unknown").includes("revocation"))
  })

  it("is told in twelve tests, none left out", () => {
    const { verdict } = judged(stamped)
    const rows = twelveTests(verdict)
    assert.deepEqual(
      rows.map(({ number, id, outcome }) => `${number} ${id} ${outcome}`),
      [
        "1 parse pass",
        "2 signer pass",
        "3 signature pass",
        "4 path pass",
        "5 policy pass",
        "6 key-usage pass",
        "7 hc-role pass",
        "8 identity indeterminate",
        "9 time pass",
        "10 revocation pass",
        "11 time-stamp-authority pass",
        "12 references pass",
      ],
    )
    assert.match(rows[7]!.reason, /nobody was named/)
    const broken = verifySignature(Buffer.from("<x/>"), CLAIMED, world.hpkiTrust, NOW).verdict
    const outcomes = twelveTests(broken).map(({ outcome }) => outcome)
    assert.deepEqual(outcomes, ["fail", ...Array.from({ length: 11 }, () => "indeterminate")])
    const seal = verifySignature(
      world.stamp(world.sign(world.seal)),
      CLAIMED,
      world.sealTrust,
      new Date(),
    ).verdict
    assert.deepEqual(
      twelveTests(seal).map(({ outcome }) => outcome),
      Array.from({ length: 12 }, () => "pass"),
    )
  })
})
