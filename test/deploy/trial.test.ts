import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readersCertificate } from "../../deploy/demo/people.ts"
import { EXIT } from "../../gateway/exit.ts"
import { dokuei } from "../commands/command-line.ts"

const DEPLOY = join(import.meta.dirname, "../../deploy")

describe("a trial on one machine (docs/operation.md)", () => {
  let folder: string
  before(function () {
    if (spawnSync("jq", ["--version"]).status === 0) {
      folder = mkdtempSync(join(tmpdir(), "trial-"))
      return
    }
    console.log("      skipped: jq is not there")
    this.skip()
  })
  after(() => rmSync(folder, { recursive: true, force: true }))
  const trial = () => spawnSync("sh", [join(DEPLOY, "trial.sh"), folder], { encoding: "utf8" })

  it("is made of the two examples, without a fault, and never over another", () => {
    const made = trial()
    assert.equal(made.status, 0, made.stderr)
    for (const role of ["edge", "center"]) {
      const checked = dokuei("check-config", join(folder, `${role}.yaml`))
      assert.deepEqual([checked.code, checked.stderr], [EXIT.ok.code, ""])
    }
    assert.equal(trial().status, 1)
  })

  it("has a reader whose certificate lies where the reading centre looks for it", () => {
    const { fingerprint } = readersCertificate(join(folder, "center.yaml"))
    assert.match(fingerprint, /^[0-9a-f]{64}$/)
  })

  it("has two gateways that name each other", () => {
    const [edge, center] = ["edge", "center"].map((role) =>
      readFileSync(join(folder, `${role}.yaml`), "utf8"),
    )
    assert.match(edge!, /endpoint: https:\/\/127\.0\.0\.1:8444\//)
    assert.match(center!, /endpoint: https:\/\/127\.0\.0\.1:8443\//)
    assert.doesNotMatch((edge! + center!).replace(/#.*/g, ""), /0{63}\d|example\.jp|203\.0\.113/)
  })
})
