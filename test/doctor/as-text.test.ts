import assert from "node:assert/strict"
import { asText, type Looked } from "../../gateway/doctor/checks.ts"

const looked = (name: string, outcome: Looked["outcome"], seen: string, todo = ""): Looked => ({
  name,
  ids: ["S-01"],
  asks: "",
  outcome,
  seen,
  todo,
})

describe("what the doctor prints", () => {
  it("is how many of each, then faults, then what nobody saw once for each reason, then what is right", () => {
    const text = asText([
      looked("network.paths", "unseen", "no site file", "name it"),
      looked("network.relay", "unseen", "no site file", "name it"),
      looked("host.swap", "ok", "no swap"),
      looked("time.sources", "unseen", "no site file", "name it"),
      looked("backup.age", "fault", "never", "take one"),
      looked("tls.pins", "unseen", "no configuration", ""),
    ])
    assert.equal(
      text,
      [
        "1 fault, 4 unseen, 1 ok",
        "",
        "FAULT   backup.age           S-01",
        "        never",
        "        → take one",
        "",
        "unseen  network.paths network.relay",
        "unseen  time.sources",
        "        no site file",
        "        → name it",
        "unseen  tls.pins",
        "        no configuration",
        "",
        "ok      host.swap            S-01",
        "        no swap",
        "",
      ].join("\n"),
    )
  })

  it("is one line when nothing was looked at", () => {
    assert.equal(asText([]), "0 faults, 0 unseen, 0 ok\n")
  })
})
