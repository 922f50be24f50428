import assert from "node:assert/strict"
import { shellAction } from "../../../viewer/shell-policy.ts"

const ORIGIN = "https://center.example"
const action = (path: string, method = "GET") => shellAction(method, `${ORIGIN}${path}`, ORIGIN)

describe("the service worker's policy", () => {
  it("keeps the page and its hashed files", () => {
    assert.equal(action("/"), "network-first")
    assert.equal(action("/assets/app-1a2b.js"), "cache-first")
  })
  it("never touches the API, DICOMweb or anything not listed", () => {
    const paths = [
      "/api/session",
      "/api/worklist",
      "/api/reports/1/pdf",
      "/dicomweb/studies",
      "/healthz",
      "/x",
    ]
    for (const path of paths) assert.equal(action(path), "pass", path)
  })
  it("keeps nothing that carries a query, goes elsewhere or is no GET", () => {
    assert.equal(action("/?patient=1"), "pass")
    assert.equal(action("/", "POST"), "pass")
    assert.equal(shellAction("GET", "https://other.example/", ORIGIN), "pass")
  })
})
