import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { bashCompletion } from "../../../gateway/commands/docs/bash-completion.ts"
import { manPage } from "../../../gateway/commands/docs/man-page.ts"
import { program } from "../../../gateway/commands/program.ts"

const tree = program(() => undefined)
const DEBIAN = join(import.meta.dirname, "../../../deploy/package/debian")

describe("what the package prints from the command line's tree", () => {
  it("is a manual page with every command, and no path of the machine it was printed on", () => {
    const page = manPage(tree, { date: "2026-01-02", version: "1.2.3" })
    for (const { name } of tree.commands.map((each) => ({ name: each.name() })))
      assert.ok(page.includes(`.SS dokuei ${name}`), name)
    assert.match(page, /^\.TH DOKUEI 1 "2026-01-02" "dokuei 1\.2\.3"/)
    assert.ok(!page.includes(join(import.meta.dirname, "../../..")))
  })

  it("is a completion that bash takes: commands, then what follows them", () => {
    const ask = (...words: string[]): string => {
      const line = words.map((word) => `'${word}'`).join(" ")
      const script = `${bashCompletion(tree)}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _dokuei; echo "\${COMPREPLY[@]}"`
      return spawnSync("bash", ["-c", script], { encoding: "utf8" }).stdout.trim()
    }
    assert.equal(ask("dokuei", "check"), "check-config")
    assert.equal(ask("dokuei", "pki", "d"), "demo")
    assert.equal(ask("dokuei", "evidence", "export", "--o"), "--out")
  })

  it("comes with maintainer scripts that a shell takes", () => {
    for (const name of readdirSync(DEBIAN).filter((each) => /^(p|dokuei)/.test(each)))
      assert.equal(spawnSync("sh", ["-n", join(DEBIAN, name)]).status, 0, name)
  })
})
