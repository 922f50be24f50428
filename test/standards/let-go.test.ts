import assert from "node:assert/strict"
import { createCipheriv, randomBytes } from "node:crypto"
import { letGo } from "../../gateway/standards/let-go.ts"

describe("memory given back at once", () => {
  it("is gone: the buffer has no length any more", () => {
    const buffer = Buffer.allocUnsafeSlow(1 << 20)
    letGo(buffer)
    assert.equal(buffer.length, 0)
    letGo(buffer)
  })

  it("is what a cipher of Node answers with", () => {
    const ciphertext = createCipheriv("aes-256-gcm", randomBytes(32), randomBytes(12)).update(
      Buffer.alloc(70_000),
    )
    letGo(ciphertext)
    assert.equal(ciphertext.length, 0)
  })

  it("is left alone where others share it: a view, and Node's pool", () => {
    const whole = Buffer.alloc(64, 7)
    const pooled = Buffer.from("a few bytes")
    for (const shared of [whole.subarray(0, 32), whole.subarray(32), pooled]) letGo(shared)
    assert.deepEqual(whole, Buffer.alloc(64, 7))
    assert.equal(pooled.toString(), "a few bytes")
  })

  it("does not count as collected garbage: a gigabyte passes without it", () => {
    const before = process.memoryUsage.rss()
    for (let piece = 0; piece < 1024; piece++) letGo(Buffer.allocUnsafeSlow(1 << 20).fill(1))
    assert.ok(process.memoryUsage.rss() - before < 64 * 2 ** 20)
  })
})
