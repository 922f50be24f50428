/** A hospital that nobody can call gets what a hospital gets: both gateways as processes, a real router between them. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { OWN_NETWORK, whyNoOwnNetwork } from "../peers/own-network.ts"

const INSIDE = join(import.meta.dirname, "behind-nat-inside.ts")

function whyNoRouter(): string | null {
  if (process.getuid?.() !== 0) return "only root may enter the networks it makes"
  return existsSync("/usr/sbin/nft") ? whyNoOwnNetwork() : "nft is not installed (apt install nftables)"
}

describe("the road home of a hospital behind NAT", function () {
  this.timeout(180_000)

  it("brings report and deletion certificate, and is there again when the centre was started anew", async () => {
    const why = whyNoRouter()
    if (why !== null) console.log(`      without a router: ${why}`)
    const inside = [process.execPath, INSIDE, why === null ? "natted" : "plain"]
    const [command = "", ...options] = why === null ? [...OWN_NETWORK, ...inside] : inside
    const child = spawn(command, options, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    })
    let said = ""
    child.stdout.on("data", (piece: Buffer) => (said += piece.toString()))
    const [code] = (await once(child, "exit")) as [number | null]
    assert.equal(code, 0, said)
    assert.deepEqual(
      said
        .trim()
        .split("\n")
        .slice(why === null ? 1 : 0),
      [
        "the hospital holds a connection open, and its page and metrics say so",
        "a report came home, valid, and was received",
        "the centre was started anew, and the hospital is connected again",
        "a deletion certificate came home",
        "a phantom went there, a signed report of it came home, and both are destroyed",
      ],
    )
  })
})
