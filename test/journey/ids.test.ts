import assert from "node:assert/strict"
import { inForce } from "../../gateway/journey/agreement.ts"
import { uuid, uuidOid, uuidUrn } from "../../gateway/journey/ids.ts"
import { isOid } from "../../gateway/standards/xds/data-types.ts"
import { AT_HOSPITAL } from "./agreements.ts"

const same = (value: number) => ({ bytes: (length: number) => new Uint8Array(length).fill(value) })

describe("identifiers", () => {
  it("are UUIDs of version 4 in the variant of RFC 9562, from chance alone", () => {
    assert.equal(uuid(same(0)), "00000000-0000-4000-8000-000000000000")
    assert.equal(uuidUrn(same(0xff)), "urn:uuid:ffffffff-ffff-4fff-bfff-ffffffffffff")
  })

  it("are the same number as an OID under 2.25, within 64 characters", () => {
    assert.equal(uuidOid(same(0)), "2.25.302240678275694148452352")
    assert.ok(isOid(uuidOid(same(0xff))))
  })

  it("leave the bytes of chance as they were", () => {
    const bytes = new Uint8Array(16)
    uuid({ bytes: () => bytes })
    assert.deepEqual(bytes, new Uint8Array(16))
  })
})

describe("an agreement", () => {
  it("is in force from the first instant of its first day until that of its last date, as the site's clocks show them", () => {
    const at = (instant: string): boolean => inForce(AT_HOSPITAL, "Asia/Tokyo", new Date(instant))
    assert.deepEqual(
      [
        at("2026-03-31T14:59:59Z"),
        at("2026-03-31T15:00:00Z"),
        at("2027-03-31T14:59:59Z"),
        at("2027-03-31T15:00:00Z"),
      ],
      [false, true, true, false],
    )
  })
})
