import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { program } from "../../gateway/commands/program.ts"
import { blocksOf } from "./blocks.ts"
import { dokueiCalls, faultOf, unnamedIn } from "./command-lines.ts"

const DOCS = join(import.meta.dirname, "../../docs")
const PAGES = readdirSync(DOCS).filter((name) => name.endsWith(".md"))
/** What a box may be: run, typed by people, or no command at all. */
const KINDS: ReadonlySet<string> = new Set([
  ...["sh", "sh people", "sh terminals"],
  ...["yaml", "json", "xml", "ini", "text", "mermaid", "python"],
])
const tree = program(() => undefined)
const everyBlock = PAGES.flatMap((page) =>
  blocksOf(page).map((block) => ({ ...block, place: `${page}:${block.line}` })),
)
const everyCall = everyBlock
  .filter(({ info }) => info.startsWith("sh"))
  .flatMap(({ text, place }) => dokueiCalls(text).map((args) => ({ args, place })))

describe("the boxes of the documents", () => {
  it("say of themselves what they are", () => {
    assert.deepEqual(
      everyBlock.filter(({ info }) => !KINDS.has(info)).map(({ place, info }) => `${place} ${info}`),
      [],
    )
  })

  it("call dokuei by commands, arguments and options that it has", () => {
    const faults = everyCall.map(({ args, place }) => ({ place, fault: faultOf(tree, args) }))
    assert.deepEqual(
      faults.filter(({ fault }) => fault !== null),
      [],
    )
    assert.ok(everyCall.length > 40, `only ${everyCall.length} calls were found`)
  })

  it("stand among sentences that name no command and no option that there is not", () => {
    // store.md's `dokuei spool v1` is the mark of a file.
    const named = PAGES.flatMap((page) =>
      [...readFileSync(join(DOCS, page), "utf8").matchAll(/`dokuei ((?!\w+ v\d)[a-z][^`\n]*)`/g)].map(
        ([, call = ""]) => ({
          call,
          page,
        }),
      ),
    )
    const faults = named.map(({ call, page }) => ({
      place: `${page}: dokuei ${call}`,
      fault: unnamedIn(
        tree,
        call.split(/[\s[\]|]+/).filter((word) => word !== ""),
      ),
    }))
    assert.deepEqual(
      faults.filter(({ fault }) => fault !== null),
      [],
    )
    assert.ok(named.length > 100, `only ${named.length} calls were found`)
  })
})

describe("a call that is compared with the program's table", () => {
  const faultIn = (shell: string): readonly (string | null)[] =>
    dokueiCalls(shell).map((args) => faultOf(tree, args))

  it("is found behind a user, a comment, another command and a broken line", () => {
    const shell = `cd /etc/dokuei && dokuei check-config edge.yaml >out 2>&1 # dokuei nothing
      runuser -u dokuei -- dokuei enrol edge.yaml --login suzuki \\
        --name "鈴木 一郎" --role clerk | cat
      adduser --system dokuei; chown dokuei: x`
    assert.deepEqual(dokueiCalls(shell), [
      ["check-config", "edge.yaml"],
      ["enrol", "edge.yaml", "--login", "suzuki", "--name", '"鈴木 一郎"', "--role", "clerk"],
    ])
    assert.deepEqual(faultIn(shell), [null, null])
  })

  it("is refused for a command, an option or an argument that there is not, and for one that is lacking", () => {
    assert.deepEqual(
      faultIn(
        "dokuei chek edge.yaml; dokuei backup edge.yaml --onto x; dokuei freeze edge.yaml; dokuei recover",
      ),
      [
        "no command chek",
        "backup does not know --onto",
        "freeze lacks --by <name>, --reason <text>",
        "recover takes other arguments than ",
      ],
    )
  })
})
