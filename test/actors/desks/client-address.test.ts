import assert from "node:assert/strict"
import type { IncomingMessage } from "node:http"
import { clientAddress } from "../../../gateway/actors/desks/client-address.ts"

describe("where a request comes from", () => {
  const from = (remoteAddress: string, forwarded: string | undefined, proxies: readonly string[]): string =>
    clientAddress(
      { socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } } as unknown as IncomingMessage,
      proxies,
    )
  const PROXY = ["127.0.0.1", "192.0.2.5"]

  it("is the connection's own address, whatever it claims, unless it is a proxy's", () => {
    assert.equal(from("192.0.2.66", "198.51.100.1", PROXY), "192.0.2.66")
    assert.equal(from("127.0.0.1", "198.51.100.1", []), "127.0.0.1")
  })

  it("is the last a proxy was told: what stands before, its client has written", () => {
    assert.equal(from("::ffff:127.0.0.1", "10.0.0.1, 198.51.100.1", PROXY), "198.51.100.1")
    assert.equal(from("127.0.0.1", "10.0.0.1, 198.51.100.1, 192.0.2.5", PROXY), "198.51.100.1")
    assert.equal(from("127.0.0.1", "2001:db8::7", PROXY), "2001:db8::7")
  })

  it("is the proxy's own when it says nothing of sense", () => {
    for (const said of [undefined, "", "unknown", "127.0.0.1", "198.51.100.1:4711"])
      assert.equal(from("127.0.0.1", said, PROXY), "127.0.0.1")
  })
})
