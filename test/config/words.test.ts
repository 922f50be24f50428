import assert from "node:assert/strict"
import { checkConfig, faultsOf } from "../../gateway/config/load.ts"

describe("the words of a configuration's faults", () => {
  const said = (text: string): string[] => {
    const result = checkConfig(text, "/nowhere", "unseen")
    return "issues" in result ? result.issues.map(({ path, message }) => `${path}: ${message}`) : []
  }

  it("tell to put in quotes what YAML takes for a number", () => {
    assert.ok(
      said("role: edge\nsite: { name: x, oid: 1.2, institutionCode: 1311234567 }\n").includes(
        "site.institutionCode: YAML takes it for a number: put it in quotes",
      ),
    )
  })

  it("tell what is missing, and under which name it may stand", () => {
    const found = said("role: edge\nKeys: {}\n")
    assert.ok(found.includes('keys: is missing: there is "Keys", which is no setting'), found.join("\n"))
    assert.ok(found.includes("xdr: is missing"))
  })

  it("end where they end: the reader of YAML leaves its picture of the place behind a colon", () => {
    for (const each of said("role: edge\nrole: edge\n")) assert.doesNotMatch(each, /:$/)
  })

  it("tell the first faults of what is no YAML: the others follow from them", () => {
    const found = said('role: edge\n{"a": 1, "b": 2, "c": 3, "d": 4}\n'.repeat(20))
    assert.equal(found.length, 6)
    assert.match(found.at(-1) ?? "", /and \d{2,} more, which mostly follow from the first$/)
  })

  it("come with missing files last", () => {
    const issues = [
      { path: "keys.tls.key", message: "x does not exist", file: true } as const,
      { path: "desk.port", message: "is missing" },
    ]
    assert.match(
      faultsOf("edge.yaml", issues).message,
      /^edge\.yaml has 2 faults\n {2}desk\.port.*\n {2}keys\.tls\.key/,
    )
  })
})
