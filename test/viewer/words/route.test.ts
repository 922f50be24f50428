import assert from "node:assert/strict"
import { address, route } from "../../../viewer/words/route.ts"

describe("route", () => {
  it("reads back every address it makes", () => {
    assert.deepEqual(route(address.worklist), { name: "worklist" })
    assert.deepEqual(route(address.staff), { name: "staff" })
    assert.deepEqual(route(address.certificates), { name: "certificates" })
    assert.deepEqual(route(address.newRequest), { name: "new-request", studyId: "" })
    assert.deepEqual(route(address.requestFor("7")), { name: "new-request", studyId: "7" })
    assert.deepEqual(route(address.read("a/b c")), { name: "read", requestId: "a/b c" })
    assert.deepEqual(route(address.sign("7")), { name: "sign", requestId: "7" })
    assert.deepEqual(route(address.report("7")), { name: "report", requestId: "7" })
    assert.deepEqual(route(address.decide("7")), { name: "decide", studyId: "7" })
  })
  it("takes a device's code, or none where it is typed", () => {
    assert.deepEqual(route("#/device/7GQ2-M4XK-9TBV"), { name: "device", code: "7GQ2-M4XK-9TBV" })
    assert.deepEqual(route("#/device"), { name: "device", code: "" })
  })

  it("takes an enrolment code", () => {
    assert.deepEqual(route("#/enrol/AB-CD"), { name: "enrol", code: "AB-CD" })
  })
  it("leads home from anywhere unknown", () => {
    for (const hash of ["", "#", "#/", "#/read", "#/read/", "#/enrol/", "#/nowhere/1", "#//"])
      assert.deepEqual(route(hash), { name: "home" }, hash)
  })
  it("survives a broken escape", () => {
    assert.deepEqual(route("#/read/%E3%81"), { name: "read", requestId: "%E3%81" })
    assert.deepEqual(route("#/read/100%"), { name: "read", requestId: "100%" })
  })
})
