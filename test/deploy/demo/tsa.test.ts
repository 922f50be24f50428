import assert from "node:assert/strict"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "mocha"
import { type Tsa, startTsa } from "../../../deploy/demo/tsa.ts"

const QUERY = { "content-type": "application/timestamp-query" }

describe("the demonstration's time-stamp authority", () => {
  let directory: string
  let tsa: Tsa
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dokuei-tsa-"))
    tsa = await startTsa(directory, 0)
  })
  after(async () => {
    await tsa.close()
    await rm(directory, { recursive: true })
  })

  const post = (headers: Record<string, string>, body: Uint8Array) =>
    fetch(tsa.url, { method: "POST", headers, body: Buffer.from(body) })

  it("takes time-stamp queries only", async () => {
    assert.equal((await fetch(tsa.url)).status, 415)
    assert.equal((await post({ "content-type": "text/plain" }, new Uint8Array(3))).status, 415)
  })

  it("says so when openssl cannot reply, and goes on", async () => {
    for (const body of [new Uint8Array(3), new Uint8Array(100_000)]) {
      const response = await post(QUERY, body)
      assert.equal(response.status, 500)
      assert((await response.text()).length > 0)
    }
  })
})
