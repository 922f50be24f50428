/** One input of each class of difference, made by hand; and what openssl accepts and we must not. */
import assert from "node:assert/strict"
import { after, before, describe, it } from "mocha"

import { integer, oid, sequence } from "../../../gateway/standards/cms/der-write.ts"
import { at, indefinite, treeFrom, written } from "../../peers/der-tree.ts"
import { PLACES, changed } from "../cms/messages.ts"
import { makeWorld, type World } from "../dsg/world.ts"
import { CLASSES } from "./classes.ts"
import { type Family, families } from "./families.ts"

const NO_NAME = { tag: 0x02, content: Buffer.of(1), children: [] }
const MADE: Readonly<Record<string, (honest: Buffer) => Buffer>> = {
  "certificates in BER": (honest) => indefinite(treeFrom(honest)),
  digestAlgorithms: (honest) =>
    changed(honest, (root) => void (at(root, 1, 0, 1).children = [treeFrom(sequence(oid("2.5.4.6")))])),
  "parameters of the SignerInfo's algorithms": (honest) =>
    changed(honest, (root) => {
      at(root, 1, 0).children.at(-1)!.children[0]!.children[2]!.children[1] = {
        tag: 5,
        content: Buffer.of(0),
        children: [],
      }
    }),
  "versions of SignedData and SignerInfo": (honest) =>
    changed(honest, (root) => void (at(root, 1, 0, 0).content = Buffer.alloc(12, 7))),
  "unsigned attributes, lists, and certificates of other formats": (honest) =>
    changed(honest, (root) => {
      const signer = at(root, 1, 0).children.at(-1)!.children[0]!
      signer.children.push({ tag: 0xa1, content: Buffer.alloc(0), children: [{ ...NO_NAME }] })
    }),
  "names of other recipients": (honest) =>
    changed(honest, (root) => {
      for (const info of at(root, ...PLACES.recipients).children)
        if (info.tag === 0x30) at(info, 1, 0, 0).children[0] = { ...NO_NAME }
    }),
}

describe("where verdicts differ", () => {
  let world: World
  let all: readonly Family[]
  before(async () => {
    world = await makeWorld()
    all = await families(world)
  })
  after(() => world.bench.remove())

  it("there are no more than ten classes, and each has its test", () => {
    assert.ok(CLASSES.length <= 10)
    assert.deepEqual(Object.keys(MADE).sort(), CLASSES.map(({ name }) => name).sort())
  })

  for (const { name, family: whose, clause, why, mended } of CLASSES)
    it(`${whose}: ${name} (${clause}): ${why}`, async () => {
      const family = all.find((each) => each.name === whose)!
      const [honest] = family.samples
      const input = MADE[name]!(honest!)
      assert.equal(await family.ours(input), "")
      const judged = Object.entries(family.theirs([input, mended(input, honest!)]))
      assert.ok(
        judged.some(([, [made]]) => made !== ""),
        "some other tool refuses it",
      )
      for (const [tool, [, right]] of judged) assert.equal(right, "", tool)
    })

  it("openssl takes a tag of four octets (RFC 5084 §3.2 allows twelve and more): we do not", async () => {
    const family = all.find(({ name }) => name === "envelopes")!
    const short = changed(family.samples[0]!, (root) => {
      const mac = at(root, ...PLACES.mac)
      mac.content = mac.content.subarray(0, 4)
      Object.assign(at(root, ...PLACES.parameters, 1), treeFrom(integer(4)))
    })
    assert.deepEqual(family.theirs([short]), { "openssl cms -decrypt": [""] })
    assert.equal(await family.ours(short), "ENVELOPE_ICV_LENGTH")
  })

  it("what is put right is what was honest, octet for octet", () => {
    const [honest] = all.find(({ name }) => name === "time-stamp tokens")!.samples
    assert.ok(written(treeFrom(honest!)).equals(honest!))
  })
})
