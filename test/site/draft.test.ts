import assert from "node:assert/strict"
import { parse } from "yaml"
import { siteDraft } from "../../gateway/site/draft.ts"
import type { HandedOver } from "../../gateway/site/site.ts"

const DOORS = { dicom: 11112, desk: 8080, health: 9090 }
const CONTACT = {
  id: "center-1",
  party: "架空読影センター",
  name: "当番",
  telephone: "03-0000-0000",
  hours: "24 h",
  reviewedOn: "2026-10-01",
}
const CAME: HandedOver = {
  tunnel: { inner: "10.90.1.1", identity: "edge.mihon-hospital.example.jp" },
  contract: {
    id: "kakuu-center",
    partner: "架空読影センター",
    number: "2026-契-0123",
    validFrom: "2026-04-01",
    validUntil: "2027-04-01",
    peer: { address: "198.51.100.7", identity: "center.reading-center.example.jp" },
    inner: "10.90.0.1",
    weReach: [8443],
    theyReach: [],
  },
  contacts: [CONTACT],
  responsibility: [
    { segment: "center-gateway", party: "架空読影センター", contact: "center-1", sla: "99.9 %/月" },
  ],
}
const contract = (change: object): object => ({ ...CAME, contract: { ...CAME.contract, ...change } })

describe("what a reading centre hands over for a hospital's site file", () => {
  const draft = (came: unknown): string | null => siteDraft("みほん市民病院", DOORS, came)

  it("is taken for its own end of the tunnel, and its own part of the way", () => {
    const site = parse(draft(CAME)!)
    assert.deepEqual(site.contracts, [CAME.contract])
    assert.equal(
      site.responsibility.find((each: { segment: string }) => each.segment === "center-gateway").sla,
      "99.9 %/月",
    )
  })

  const [row] = CAME.responsibility
  const hostile: readonly (readonly [string, unknown])[] = [
    ["opens a port of the hospital's", contract({ theyReach: [3389] })],
    ["has the hospital call more than one door", contract({ weReach: [8443, 22] })],
    ["opens IKE to anybody", contract({ peer: { ...CAME.contract.peer, address: "any" } })],
    [
      "says who answers for the hospital's own part",
      { ...CAME, responsibility: [{ ...row, segment: "edge-gateway" }] },
    ],
    ["names files on the hospital's machine", { ...CAME, tunnel: { ...CAME.tunnel, key: "/etc/shadow" } }],
    ["writes a second line into a name", contract({ partner: "架空\nzones: {}" })],
    ["writes one by another separator", contract({ partner: "架空\u2028zones: {}" })],
    ["leaves blank what it alone knows", contract({ partner: "" })],
    ["has no end", { ...CAME, contacts: Array.from({ length: 17 }, () => CONTACT) }],
  ]
  for (const [what, came] of hostile) it(`is refused when it ${what}`, () => assert.equal(draft(came), null))

  it("stays one value, whatever a name is made of", () => {
    const partner = `"'\`{}: &a *a !!js/function # - |`
    assert.equal(parse(draft(contract({ partner }))!).contracts[0].partner, partner)
  })
})
