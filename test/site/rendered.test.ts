/** What a site file prints is taken by the programs that read it, each in a network of its own. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { EXIT } from "../../gateway/exit.ts"
import { siteCommand } from "../../gateway/commands/site/site.ts"
import { readSite } from "../../gateway/site/read-site.ts"
import { rendered } from "../../gateway/site/rendered.ts"
import type { Site } from "../../gateway/site/site.ts"
import { OWN_NETWORK, whyNoOwnNetwork } from "../peers/own-network.ts"

const EXAMPLE = join(import.meta.dirname, "../../deploy/site.example.yaml")
type Raw = ReturnType<typeof parse>

function siteOf(change: (site: Raw) => unknown = () => undefined): Site {
  const raw: Raw = parse(readFileSync(EXAMPLE, "utf8"))
  change(raw)
  const result = readSite(stringify(raw), "2026-12-01")
  if ("issues" in result)
    assert.fail(result.issues.map(({ path, message }) => `${path}: ${message}`).join("\n"))
  return result.site
}

const textOf = (site: Site, name: string): string =>
  rendered(site).find(({ path }) => path.endsWith(name))?.text ?? assert.fail(`no ${name}`)

describe("what is printed from a site file", () => {
  it("is the same each time, and says where to change it", () => {
    assert.deepEqual(rendered(siteOf()), rendered(siteOf()))
    for (const { path, text } of rendered(siteOf())) assert.match(text, /site render/, path)
  })

  it("offers one suite and IKEv2 alone, and no shared key unless by exception", () => {
    const conf = textOf(siteOf(), "swanctl/conf.d/dokuei.conf")
    assert.deepEqual([...conf.matchAll(/proposals = (.*)/g)].map((each) => each[1]).sort(), [
      "aes256gcm16-ecp384",
      "aes256gcm16-ecp384",
      "aes256gcm16-prfsha384-ecp384",
    ])
    assert.ok(conf.includes("version = 2"))
    assert.equal(/psk|ikev1|aggressive/.test(conf), false)
    assert.equal(rendered(siteOf()).find(({ path }) => path.includes("swanctl"))?.mode, 0o600)
  })

  it("puts an unconfirmed change back before its rules are loaded, where the machine went down meanwhile", () => {
    const steps = textOf(siteOf(), "dokuei-network.service").match(/^ExecStart.*$/gm) ?? []
    assert.match(steps[0] ?? "", /^ExecStartPre=-\/usr\/bin\/dokuei site roll-back$/)
    assert.match(steps[1] ?? "", /nft -f/)
  })

  it("gives each way of each contract hosts, ports and a number of its own", () => {
    const site = siteOf((raw) =>
      raw.contracts.push({
        ...raw.contracts[0],
        id: "maintenance",
        inner: "10.90.0.9",
        peer: { address: "any", identity: "maintenance.example.jp" },
        weReach: [],
        theyReach: [2222],
      }),
    )
    const conf = textOf(site, "swanctl/conf.d/dokuei.conf")
    const selectors = [...conf.matchAll(/(local|remote)_ts = (.*)/g)].map((each) => each[2])
    assert.deepEqual(selectors, [
      "10.90.1.1[tcp]",
      "10.90.0.1[tcp/8443]",
      "10.90.1.1[tcp/8443]",
      "10.90.0.1[tcp]",
      "10.90.1.1[tcp/2222]",
      "10.90.0.9[tcp]",
    ])
    assert.deepEqual(
      [...conf.matchAll(/reqid = (.*)/g)].map((each) => each[1]),
      ["1001", "1002", "1004"],
    )
    assert.match(textOf(site, ".nft"), /ipsec in reqid 1004 ip saddr 10\.90\.0\.9 .* tcp dport \{ 2222 \}/)
  })

  it("is written once: what is right already is left alone", async () => {
    const out = mkdtempSync(join(tmpdir(), "dokuei-site-"))
    try {
      const render = () =>
        siteCommand(() => undefined).parseAsync(["render", EXAMPLE, "--out", out], { from: "user" })
      await render()
      const file = join(out, "etc/dokuei/network/dokuei.nft")
      const { mtimeMs } = statSync(file)
      await render()
      assert.equal(statSync(file).mtimeMs, mtimeMs)
      assert.equal(statSync(join(out, "etc/dokuei/network/up")).mode & 0o777, 0o755)
      const check = async (): Promise<{ code: number; told: string }> => {
        const seen = { code: 0, told: "" }
        const write = process.stdout.write.bind(process.stdout)
        process.stdout.write = (text: string | Uint8Array) => ((seen.told += String(text)), true)
        try {
          await siteCommand((told) => (seen.code = told)).parseAsync(
            ["render", EXAMPLE, "--check", "--root", out],
            { from: "user" },
          )
        } finally {
          process.stdout.write = write
        }
        return seen
      }
      assert.deepEqual(await check(), { code: 0, told: "10 files are as the site file wants them\n" })
      writeFileSync(file, readFileSync(file, "utf8").replace("policy drop", "policy accept"))
      rmSync(join(out, "etc/chrony/conf.d/dokuei.conf"))
      chmodSync(join(out, "etc/swanctl/conf.d/dokuei.conf"), 0o666)
      const { code, told } = await check()
      assert.equal(code, EXIT.failed.code)
      assert.match(told, /dokuei\.nft:\d+: - .*policy accept;\n.*dokuei\.nft:\d+: \+ .*policy drop;/)
      assert.match(told, /swanctl\/conf\.d\/dokuei\.conf:0: - \(mode 666\)\n.*:0: \+ \(mode 600\)/)
      assert.match(told, /chrony\/conf\.d\/dokuei\.conf:0: \+ \(there is no such file\)/)
    } finally {
      rmSync(out, { recursive: true, force: true })
    }
  })

  describe("in a network of its own", () => {
    before(function () {
      const why = whyNoOwnNetwork()
      if (why === null) return
      console.log(`      skipped: ${why}`)
      this.skip()
    })

    /** Runs lines of shell on a machine with the example's four legs, where `load` loads what was printed. */
    function onMachine(site: Site, lines: string) {
      const folder = mkdtempSync(join(tmpdir(), "dokuei-site-"))
      const legs = Object.values(site.zones).map(
        (zone) => `ip link add ${zone!.interface} type veth peer name x${zone!.interface}
          ip link set ${zone!.interface} up; ip link set x${zone!.interface} up
          ip address add ${zone!.address} dev ${zone!.interface}`,
      )
      try {
        writeFileSync(join(folder, "nft"), textOf(site, ".nft"))
        writeFileSync(join(folder, "up"), textOf(site, "network/up"))
        const script = `ip link set lo up\n${legs.join("\n")}\nload() { nft -f ${folder}/nft; sh ${folder}/up; }\n${lines}`
        const [command, ...options] = OWN_NETWORK
        return spawnSync(command, [...options, "sh", "-euc", script], { encoding: "utf8" })
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }

    for (const datapath of ["kernel", "user"])
      it(`loads, and loads again, with tunnels in ${datapath} space`, () => {
        const site = siteOf((raw) => (raw.tunnel.datapath = datapath))
        const { status, stderr, stdout } = onMachine(
          site,
          "load; load; nft list table inet dokuei | grep -c 'policy drop'; ip rule | grep -c 'lookup 100'",
        )
        assert.equal(status, 0, stderr)
        assert.equal(stdout, "3\n2\n")
      })

    it("leads to a partner by the carrier's line, to its inner address nowhere, to all else by the office", () => {
      const { status, stdout, stderr } = onMachine(
        siteOf(),
        "load; ip route get 198.51.100.7; ip route get 192.0.2.21; ip route get 10.90.0.1 2>&1 || true",
      )
      assert.equal(status, 0, stderr)
      assert.match(stdout, /198\.51\.100\.7 via 203\.0\.113\.9 dev eth0 table 100/)
      assert.match(stdout, /192\.0\.2\.21 via 192\.168\.20\.254 dev eth2/)
      assert.match(stdout, /No route to host|unreachable/)
    })

    it("acknowledges devices at once, and nobody else", () => {
      const { stdout } = onMachine(siteOf(), "load; ip route show")
      assert.deepEqual(
        stdout
          .split("\n")
          .filter((line) => line.includes("quickack"))
          .map((line) => line.split(" ")[0]),
        ["192.168.10.0/24"],
      )
    })
  })
})
