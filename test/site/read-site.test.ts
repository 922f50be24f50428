import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { readSite } from "../../gateway/site/read-site.ts"

const EXAMPLE = readFileSync(join(import.meta.dirname, "../../deploy/site.example.yaml"), "utf8")
const TODAY = "2026-12-01"

/** YAML as it comes, to be taken apart. */
type Raw = ReturnType<typeof parse>

/** `path: message` of every fault, when the example is changed so. */
function faults(change: (site: Raw) => unknown): string[] {
  const site: Raw = parse(EXAMPLE)
  change(site)
  const result = readSite(stringify(site), TODAY)
  return "issues" in result ? result.issues.map(({ path, message }) => `${path}: ${message}`) : []
}

describe("a site file", () => {
  it("is right as the example has it", () => {
    assert.deepEqual(
      faults(() => undefined),
      [],
    )
  })

  it("that is no YAML is told by its line", () => {
    const result = readSite("zones: [", TODAY)
    assert.ok("issues" in result && (result.issues[0]?.message ?? "").includes("line 1"))
  })

  it("has every fault of its shape named at once", () => {
    const told = faults((site) => {
      site.zones.vpn.interface = 'eth0" accept'
      site.zones.modality.address = "192.168.10.1"
      site.contracts[0].weReach = [0]
      site.contracts[0].inner = "10.90.0.256"
      site.tunnel.identity = "edge\n  auth = psk"
      site.tunnel.key = "/etc/x; rm"
      site.timeServers.pop()
      site.doors[0].door = "telnet"
    })
    assert.deepEqual(told.map((each) => each.split(":")[0]).sort(), [
      "contracts.0.inner",
      "contracts.0.weReach.0",
      "doors.0.door",
      "timeServers",
      "tunnel.identity",
      "tunnel.key",
      "zones.modality.address",
      "zones.vpn.interface",
    ])
  })

  it("has no address that another program reads otherwise: a zero in front means octal to ip and nft", () => {
    const told = faults((site) => {
      site.zones.modality.address = "192.168.010.1/24"
      site.contracts[0].inner = "10.090.0.1"
      site.timeServers[0].address = "192.168.30.010"
      site.zones.management.from = ["192.168.30.0/024"]
    })
    assert.deepEqual(told.map((each) => each.split(":")[0]).sort(), [
      "contracts.0.inner",
      "timeServers.0.address",
      "zones.management.from.0",
      "zones.modality.address",
    ])
  })

  const RULES: readonly (readonly [string, (site: Raw) => unknown, string])[] = [
    ["a hospital without devices", (s) => delete s.zones.modality, "zones.modality: is missing"],
    [
      "two zones on one wire",
      (s) => (s.zones.office.interface = "eth1"),
      "zones.office.interface: is that of zones.modality",
    ],
    ...["lo", "ipsec0"].map((name): [string, (site: Raw) => unknown, string] => [
      `a zone on ${name}`,
      (s) => (s.zones.office.interface = name),
      "zones.office.interface: is no network card",
    ]),
    ...["include", "secrets"].map((name): [string, (site: Raw) => unknown, string] => [
      `a contract called ${name}`,
      (s) => (s.contracts[0].id = name),
      "contracts.0.id: is a word of strongSwan's configuration",
    ]),
    [
      "two zones in one network",
      (s) => (s.zones.office.address = "192.168.10.128/25"),
      "zones.office.address: lies in the network of zones.modality",
    ],
    ["a router elsewhere", (s) => (s.zones.vpn.router = "192.0.2.1"), "zones.vpn.router: does not lie"],
    [
      "DICOM opened to offices",
      (s) => void s.doors[0].zones.push("office"),
      "doors.0.zones: dicom is never opened to office",
    ],
    ["a shell opened to the carrier", (s) => (s.doors[4].zones = ["vpn"]), "doors.4.zones: ssh is never"],
    ["two doors on one port", (s) => (s.doors[1].port = 11112), "doors.1.port: is that of dicom as well"],
    [
      "a partner's port opened to a zone",
      (s) => (s.doors[2].port = 8443),
      "doors.2.port: is one that partners may call",
    ],
    ["a door to no zone", (s) => delete s.zones.office, "doors.2.zones: there is no zone office"],
    [
      "an address inside the tunnels that is on a wire",
      (s) => (s.tunnel.inner = "192.168.20.7"),
      "tunnel.inner: lies in the network of zones.office",
    ],
    ["a partner that is us", (s) => (s.contracts[0].inner = "10.90.1.1"), "contracts.0.inner: is ours"],
    [
      "two partners of one name",
      (s) => void s.contracts.push({ ...s.contracts[0], id: "other", inner: "10.90.0.2" }),
      "contracts.1.peer.identity: is that of another partner",
    ],
    [
      "a contract that has ended",
      (s) => (s.contracts[0].validUntil = "2026-11-30"),
      "contracts.0.validUntil: the contract has ended",
    ],
    [
      "a contract by which nobody may call",
      (s) => void Object.assign(s.contracts[0], { weReach: [], theyReach: [] }),
      "contracts.0.weReach: neither side may call",
    ],
    [
      "a server that no router leads to",
      (s) => (s.destinations[1].zone = "management"),
      "destinations.1.address: zones.management has no router",
    ],
    [
      "an exception whose time has passed",
      (s) =>
        (s.exceptions = [
          {
            measure: "pre-shared-key",
            contract: "reading-center",
            secretFile: "/etc/swanctl/psk.conf",
            approvedBy: "病院長",
            approvedOn: "2026-04-01",
            until: "2026-11-30",
            reason: "certificate is on its way",
          },
        ]),
      "exceptions.0.until: has passed",
    ],
    [
      "a segment nobody answers for",
      (s) => void s.responsibility.pop(),
      "responsibility: nobody answers for reader-terminal",
    ],
    [
      "a segment two answer for",
      (s) => void s.responsibility.push(s.responsibility[0]),
      "responsibility.7.segment: device-network has somebody",
    ],
    [
      "a first responder nobody knows",
      (s) => (s.responsibility[0].contact = "somebody"),
      "responsibility.0.contact: there is no such contact",
    ],
  ]
  for (const [what, change, expected] of RULES)
    it(`is refused with ${what}`, () => {
      const told = faults(change)
      assert.ok(
        told.some((each) => each.startsWith(expected)),
        told.join("\n"),
      )
    })

  it("has several rules broken told at once", () => {
    const told = faults((site) => {
      site.zones.office.interface = "eth1"
      site.contracts[0].validUntil = "2026-11-30"
      site.responsibility.pop()
    })
    assert.equal(told.length, 3, told.join("\n"))
  })
})
