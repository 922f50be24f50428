/** A study and its report through what two site files print, over a line of a hospital: 10 Mbit/s, one packet in a hundred lost. */
import assert from "node:assert/strict"
import { whyNoHosts } from "../../deploy/demo/town/host.ts"
import { throughTunnel } from "../../deploy/demo/town/through.ts"
import { whyNoTunnel } from "../../deploy/demo/town/tunnels.ts"

describe("the road through the tunnel", function () {
  this.timeout(240_000)

  it("brings a study there and its report home, and the carrier sees IKE and ESP alone", async function () {
    const why = whyNoHosts() ?? whyNoTunnel()
    if (why !== null) {
      console.log(`      skipped: ${why}`)
      this.skip()
    }
    const steps: string[] = []
    const time = {
      step: (text: string) => void steps.push(text),
      bar: () => undefined,
      note: () => undefined,
    }
    const { tunnelled, other } = await throughTunnel(time, { mbitPerSecond: 10, lossPercent: 1 })
    assert.match(steps.at(-1) ?? "", /acknowledgement seen/)
    assert.ok(tunnelled > 100, `${tunnelled} packets`)
    assert.equal(other, 0)
  })
})
