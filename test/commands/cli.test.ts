import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { connect, createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { EXIT } from "../../gateway/exit.ts"
import { openPeople } from "../../gateway/storage/people/people.ts"
import { openTrail } from "../../gateway/storage/trail/trail.ts"
import { BLANK, SOURCE } from "../storage/trail/events.ts"
import { Dcmqrscp } from "../peers/dcmqrscp.ts"
import { dokuei, makeSites, startDokuei } from "./command-line.ts"

describe("dokuei", () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-"))
    await makeSites(folder)
  })
  after(() => rm(folder, { recursive: true }))
  const file = (name: string): string => join(folder, name)

  it("says how it is used, and ends with 0 when asked and 64 when not", () => {
    const asked = dokuei("--help")
    assert.equal(asked.code, EXIT.ok.code)
    for (const command of ["run", "check-config", "echo", "enrol", "audit", "pki", "docs"])
      assert.match(asked.stdout, new RegExp(`^  ${command}`, "m"))
    assert.equal(dokuei("fly").code, EXIT.usage.code)
    assert.equal(dokuei("audit", "verify").code, EXIT.usage.code)
  })

  it("shows names of others without what moves a terminal's cursor, its own lines as lines", async () => {
    const stick = file("stick")
    await mkdir(join(stick, "IHE_XDM"), { recursive: true })
    await symlink("/etc", join(stick, "IHE_XDM", "\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eSUBSET01"))
    const { code, stdout, stderr } = dokuei("media", "check", stick)
    assert.deepEqual(
      [code, stdout, stderr],
      [EXIT.failed.code, "", "ERR_MEDIUM_UNFIT: ?]0;owned??[2J?31m?SUBSET01 is a link\n"],
    )
  })

  it("checks a configuration: one line when it is right, every fault and 2 when it is not", async () => {
    const right = dokuei("check-config", file("edge.yaml"))
    assert.deepEqual([right.code, right.stderr], [EXIT.ok.code, ""])
    assert.match(right.stdout, /edge of みほん市民病院 .* no faults/)
    await writeFile(
      file("wrong.yaml"),
      readFileSync(file("edge.yaml"), "utf8").replace(/quietPeriod: .*/g, "quietPeriod: soon"),
    )
    const wrong = dokuei("check-config", file("wrong.yaml"))
    assert.equal(wrong.code, EXIT.configuration.code)
    assert.match(
      wrong.stderr,
      /ERR_CONFIG_INVALID: .*wrong\.yaml has 2 faults\n {2}dicom\.modalities\.0\.quietPeriod: must be a number with s, m, h or d/,
    )
    assert.equal(dokuei("run", file("wrong.yaml")).code, EXIT.configuration.code)
  })

  it("does not look for what systemd opens while a unit runs, and says so", async () => {
    const sealed = "/run/credentials/dokuei-nowhere.service/passphrase"
    const text = readFileSync(file("edge.yaml"), "utf8")
    await writeFile(file("sealed.yaml"), text.replace(/passphraseFile: .*/, `passphraseFile: ${sealed}`))
    const checked = dokuei("check-config", file("sealed.yaml"))
    assert.deepEqual([checked.code, checked.stderr], [EXIT.ok.code, ""])
    assert.ok(checked.stdout.includes(`note: keys.passphraseFile: ${sealed} is there while the unit runs`))
  })

  it("warns each time of what leaves unencrypted by agreement, and names the paper", async () => {
    const raw: ReturnType<typeof parse> = parse(readFileSync(file("edge.yaml"), "utf8"))
    const permission = { document: "覚書 第3条", date: "2026-04-01" }
    Object.assign(raw.agreements[0], {
      packaging: { form: "plain", permission },
      accepts: ["report"],
      receipts: "registry-response",
      units: "off",
    })
    await writeFile(file("plain.yaml"), stringify(raw))
    const checked = dokuei("check-config", file("plain.yaml"))
    assert.deepEqual([checked.code, checked.stderr], [EXIT.ok.code, ""])
    assert.match(
      checked.stdout,
      /^warning: agreement .* unencrypted inside TLS, by 覚書 第3条 of 2026-04-01$/m,
    )
  })

  it("ends with 3 when a key is not the one of its certificate", async () => {
    await writeFile(
      file("no-key.yaml"),
      readFileSync(file("edge.yaml"), "utf8").replace("edge/tls.key.pem", "center/seal.key.pem"),
    )
    const ended = dokuei("run", file("no-key.yaml"))
    assert.equal(ended.code, EXIT.keys.code, ended.stderr)
    assert.match(ended.stderr, /^ERR_KEY_MISMATCH: /)
    const checked = dokuei("check-config", file("no-key.yaml"))
    assert.equal(checked.code, EXIT.configuration.code)
    assert.match(checked.stderr, /^ {2}keys\.tls\.chain: .* is not its key's$/m)
  })

  it("checks what cannot work: placeholders of the example, wildcards, a folder that cannot be made", async () => {
    await writeFile(
      file("hopeless.yaml"),
      readFileSync(file("edge.yaml"), "utf8")
        .replace(/tlsPins:\n( +)- .*/, `tlsPins:\n$1- "${"1".padStart(64, "0")}"`)
        .replace(/xdr:\n {2}host: .*/, "xdr:\n  host: 0.0.0.0")
        .replace(/dataDir: .*/, "dataDir: /proc/nope"),
    )
    const { code, stderr } = dokuei("check-config", file("hopeless.yaml"))
    assert.equal(code, EXIT.configuration.code)
    assert.match(stderr, /has 3 faults\n {2}dataDir: \/proc\/nope cannot be made or written/)
    assert.match(stderr, /^ {2}agreements\.0\.tlsPins\.0: is the example's placeholder/m)
    assert.match(stderr, /^ {2}xdr\.host: 0\.0\.0\.0 is every address/m)
  })

  it("does not start in a folder that cannot be made, at an address that is not ours, on a port that is taken", async () => {
    const changed = async (from: RegExp, to: string) => {
      const text = readFileSync(file("edge.yaml"), "utf8").replace(/dataDir: .*/, "dataDir: door-data")
      await writeFile(file("door.yaml"), text.replace(from, to))
      return dokuei("run", file("door.yaml"))
    }
    const nowhere = await changed(/dataDir: .*/, "dataDir: /proc/nope")
    assert.equal(nowhere.code, EXIT.storage.code)
    assert.match(nowhere.stderr, /^ERR_SPOOL_FOLDER: \/proc\/nope/)
    const foreign = await changed(
      /desk:\n {2}host: .*\n {2}port: 0/,
      "desk:\n  host: 192.0.2.1\n  port: 8081",
    )
    assert.equal(foreign.code, EXIT.configuration.code, "no restart mends it")
    assert.match(
      foreign.stderr,
      /^ERR_LISTEN_ADDRESS: desk\.host: 192\.0\.2\.1:8081 is no address of this machine/,
    )
    const other = createServer().listen(0, "127.0.0.1")
    await once(other, "listening")
    const { port } = other.address() as AddressInfo
    const busy = await changed(
      /health:\n {2}host: .*\n {2}port: 0/,
      `health:\n  host: 127.0.0.1\n  port: ${port}`,
    )
    assert.equal(busy.code, EXIT.failed.code, "a restart may find it free")
    assert.match(busy.stderr, /^ERR_LISTEN_BUSY: health\.port: /)
    other.close()
  })

  it("asks a configured DICOM node whether it answers", async () => {
    const archive = await Dcmqrscp.open("ARCHIVE")
    const withArchive = (aeTitle: string) =>
      readFileSync(file("edge.yaml"), "utf8").replace(
        /archive:.*\n {4}aeTitle: PACS\n {4}host: .*\n {4}port: .*/,
        `archive: { aeTitle: ${aeTitle}, host: 127.0.0.1, port: ${archive.port} }`,
      )
    await writeFile(file("archive.yaml"), withArchive("ARCHIVE"))
    const right = dokuei("echo", file("archive.yaml"), "ARCHIVE")
    assert.match(right.stdout, /^ARCHIVE at 127\.0\.0\.1:\d+ in the clear answers in \d+ ms$/m, right.stderr)
    assert.equal(right.code, EXIT.ok.code)
    await writeFile(file("archive.yaml"), withArchive("OTHER"))
    const rejected = dokuei("echo", file("archive.yaml"), "OTHER")
    assert.equal(rejected.code, EXIT.failed.code)
    assert.match(rejected.stderr, /^ERR_ASSOCIATION_REJECTED: .*called AE title not recognized/)
    const unknown = dokuei("echo", file("archive.yaml"), "NOBODY")
    assert.equal(unknown.code, EXIT.configuration.code)
    assert.match(unknown.stderr, /has no node NOBODY; it has OTHER, CT1 \(without host and port\), MR1/)
    assert.equal(dokuei("echo", file("center.yaml"), "OTHER").code, EXIT.configuration.code)
    await archive.close()
  })

  it("makes a demo PKI once and never over another", () => {
    assert.equal(dokuei("pki", "demo", file("pki")).code, EXIT.ok.code)
    assert.ok(existsSync(file("pki/readers/reader1.key.pem")))
    const again = dokuei("pki", "demo", file("pki"))
    assert.deepEqual(
      [again.code, again.stderr],
      [EXIT.failed.code, `${file("pki")}: already made; nothing was overwritten\n`],
    )
  })

  describe("enrol", () => {
    const enrol = (config: string, ...args: readonly string[]) =>
      dokuei("enrol", file(config), "--login", "sato", "--name", "佐藤 花子", ...args)

    it("prints a link that lets this person enrol until it ends", async () => {
      const { code, stdout } = enrol("edge.yaml", "--role", "clerk", "--minutes", "5")
      assert.equal(code, EXIT.ok.code)
      const [, secret = ""] =
        /^http:\/\/edge\.localhost:8080\/#\/enrol\/([\w-]{43})\nworks once, for 5 minutes/.exec(stdout) ?? []
      const people = openPeople(file("edge-data/people.sqlite"))
      const now = Date.now()
      assert.equal((await people.enrolling(secret, new Date(now + 4 * 60_000)))?.name, "佐藤 花子")
      assert.equal(await people.enrolling(secret, new Date(now + 5 * 60_000)), null)
      people.close()
    })

    it("lets nobody sit at the wrong desk", () => {
      const { code, stderr } = enrol("edge.yaml", "--role", "radiologist")
      assert.equal(code, EXIT.usage.code)
      assert.match(stderr, /the desk of this edge is for role clerk or officer/)
    })

    it("makes an officer at either desk, under a login of their own", () => {
      for (const config of ["edge.yaml", "center.yaml"]) {
        const officer = ["--login", "anzen", "--name", "安全 花江", "--role", "officer"]
        assert.equal(dokuei("enrol", file(config), ...officer).code, EXIT.ok.code)
      }
      const { code, stderr } = enrol("edge.yaml", "--role", "officer")
      assert.notEqual(code, EXIT.ok.code)
      assert.match(stderr, /sato is enrolled as clerk: choose another login/)
    })

    it("refuses logins that cannot name a key file, and terms beyond a week", () => {
      const with_ = (...args: readonly string[]): number | null =>
        dokuei("enrol", file("center.yaml"), "--name", "x", "--role", "radiologist", ...args).code
      assert.equal(with_("--login", "../x"), EXIT.usage.code)
      assert.equal(with_("--login", "x", "--minutes", "0"), EXIT.usage.code)
      assert.equal(with_("--login", "x", "--minutes", "20000"), EXIT.usage.code)
    })
  })

  describe("people", () => {
    const certificate = (): X509Certificate =>
      new X509Certificate(readFileSync(file("pki/readers/reader1.chain.pem")))
    const confirm = (...args: readonly string[]) => {
      const [fingerprint, pem] = [certificate().fingerprint256, file("pki/readers/reader1.chain.pem")]
      const certified = ["--fingerprint", fingerprint, "--certificate", pem]
      return dokuei("people", "confirm", file("center.yaml"), "--login", "reader1", ...certified, ...args)
    }

    it("confirms a certificate that two people have compared, lists it, and takes it back", () => {
      const role = ["--role", "radiologist"]
      dokuei("enrol", file("center.yaml"), "--login", "reader1", "--name", "放射 太郎", ...role)
      const confirmed = confirm("--operator", "保守 一郎", "--witness", "安全 花江")
      assert.equal(confirmed.code, EXIT.ok.code)
      assert.match(confirmed.stdout, /^confirmed for reader1 by 保守 一郎 and 安全 花江:\n/)
      assert.ok(confirmed.stdout.includes(certificate().fingerprint256))
      assert.match(confirmed.stdout, /hcRole {2}Medical Doctor \(医師\)/)
      const list = () => dokuei("people", "list", file("center.yaml")).stdout
      assert.match(list(), /signing: confirmed \S+ by 保守 一郎, 安全 花江/)
      const options = ["--login", "reader1", "--operator", "保守 一郎", "--reason", "カード紛失"]
      const revoked = ["--fingerprint", certificate().fingerprint256, ...options]
      assert.equal(dokuei("people", "revoke", file("center.yaml"), ...revoked).code, EXIT.ok.code)
      assert.match(list(), /signing: revoked \S+ by 保守 一郎: カード紛失/)
    })

    it("shuts what a lost device opened, by the beginning of its passkey", async () => {
      const people = openPeople(file("center-data/people.sqlite"))
      const lost = { login: "reader7", name: "読影 花子", role: "radiologist" } as const
      const now = new Date()
      await people.enrol(lost, "a code", new Date(now.getTime() + 60_000))
      const passkey = { id: "AbCdEfGhIjKlMnOp", publicKey: new Uint8Array(1), counter: 0, transports: [] }
      await people.addCredential("a code", passkey, now)
      people.close()
      const list = () => dokuei("people", "list", file("center.yaml")).stdout
      assert.match(list(), /passkey: AbCdEfGhIjKl added \S+, not used since/)
      const lose = (start: string) => {
        const why = ["--operator", "保守 一郎", "--reason", "タブレット紛失"]
        return dokuei("people", "lost", file("center.yaml"), "--login", "reader7", "--passkey", start, ...why)
      }
      assert.equal(lose("zzz").code, EXIT.failed.code)
      assert.match(lose("AbCdEf").stdout, /^1 passkey\(s\) of reader7 open nothing more/)
      assert.doesNotMatch(list(), /passkey:/)
    })

    it("makes a code for a device, lists what is on record, and takes it away by the beginning of its id", () => {
      const by = ["--operator", "保守 一郎"]
      const made = dokuei(
        ...["people", "device", file("center.yaml"), "--label", "読影室タブレット", ...by],
        ...["--qualified-until", "2027-03-31"],
      )
      assert.match(made.stdout, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\nhttp\S+\/#\/device\/[0-9A-Z-]{14}\n/)
      const list = () => dokuei("people", "devices", file("center.yaml")).stdout
      const id = /^([0-9a-f]{12}) {2}読影室タブレット {2}shared {2}display checked until 2027-03-31$/m.exec(
        list(),
      )?.[1]
      assert.match(list(), /^desk\.devices is any\n[\s\S]*waits for its code until \S+, made by 保守 一郎/)
      const lose = (...which: readonly string[]) =>
        dokuei("people", "lost", file("center.yaml"), ...which, ...by, "--reason", "紛失")
      assert.equal(lose("--device", id!, "--login", "reader7").code, EXIT.usage.code)
      assert.equal(lose().code, EXIT.usage.code)
      assert.match(lose("--device", id!).stdout, /opens nothing more/)
      assert.match(list(), /taken away \S+ by 保守 一郎: 紛失/)
      assert.equal(lose("--device", id!).code, EXIT.failed.code)
      const wrong = dokuei(
        "people",
        "device",
        file("center.yaml"),
        "--label",
        "x",
        ...by,
        "--qualified-until",
        "2027-02-30",
      )
      assert.equal(wrong.code, EXIT.usage.code)
    })

    it("confirms for the use that was named and no other, and what was named by mistake can be mended", () => {
      const two = ["--operator", "保守 一郎", "--witness", "安全 花江"]
      assert.equal(confirm(...two).code, EXIT.ok.code)
      const other = confirm(...two, "--use", "login")
      assert.equal(other.code, EXIT.failed.code)
      assert.match(other.stderr, /^ERR_NOT_ALLOWED: .*signing.*revoke it first/)
      const why = ["--login", "reader1", "--operator", "保守 一郎", "--reason", "取り違え"]
      const revoked = ["--fingerprint", certificate().fingerprint256, ...why]
      assert.equal(dokuei("people", "revoke", file("center.yaml"), ...revoked).code, EXIT.ok.code)
      assert.equal(confirm(...two, "--use", "login").code, EXIT.ok.code)
      assert.match(dokuei("people", "list", file("center.yaml")).stdout, /login: confirmed /)
    })

    it("takes no word of the holder, and no fingerprint that is none", () => {
      const own = confirm("--operator", "保守 一郎", "--witness", "放射太郎")
      assert.equal(own.code, EXIT.failed.code)
      assert.match(own.stderr, /^ERR_NOT_ALLOWED: /)
      const short = confirm("--operator", "保守 一郎", "--witness", "安全 花江", "--fingerprint", "12")
      assert.equal(short.code, EXIT.usage.code)
    })
  })

  describe("audit verify", () => {
    let head: string
    before(async () => {
      const trail = await openTrail(file("audit.jsonl"), SOURCE)
      await trail.record(["a", "b"].map((key) => ({ key, event: BLANK })))
      head = trail.head()
      await trail.close()
    })

    it("prints how many records there are and where the chain ends", () => {
      const { code, stdout } = dokuei("audit", "verify", file("audit.jsonl"), "--head", head)
      assert.deepEqual(
        [code, stdout],
        [EXIT.ok.code, `2 records, head ${head}\nthe chain holds, with the hash that was written down\n`],
      )
    })

    it("ends with 1 and names the line of a fault", async () => {
      await appendFile(file("audit.jsonl"), "{}\n")
      const { code, stderr } = dokuei("audit", "verify", file("audit.jsonl"))
      assert.equal(code, EXIT.failed.code)
      assert.match(stderr, /audit\.jsonl: line 3 is not an audit record/)
    })

    it("ends with 64 for a file that is not there, and does not make it", () => {
      assert.equal(dokuei("audit", "verify", file("none.jsonl")).code, EXIT.usage.code)
      assert.ok(!existsSync(file("none.jsonl")))
    })
  })

  describe("run", () => {
    it("keeps each role in service until SIGTERM, answers the machine room, and ends with 0", async () => {
      for (const role of ["edge", "center"] as const) {
        const started = await startDokuei(file(`${role}.yaml`))
        const base = `http://127.0.0.1:${started.ports.health}`
        const health = await fetch(`${base}/healthz`)
        const body = (await health.json()) as { role: string; checks: { name: string; state: string }[] }
        assert.equal(health.status, 200, JSON.stringify(body))
        assert.equal(body.role, role)
        const names = body.checks.map(({ name }) => name)
        assert.deepEqual(names, [...new Set(names)], "each check by its own name")
        for (const name of names) assert.ok(isDocumented(name), `${name} is not in docs/operation.md`)
        assert.match(
          await (await fetch(`${base}/metrics`)).text(),
          /^dokuei_certificate_days_left\{use="seal"\} \d/m,
        )
        started.process.kill("SIGTERM")
        const ended = await started.ended()
        assert.equal(ended.code, EXIT.ok.code, ended.stderr)
        const audit = dokuei("audit", "verify", file(`${role}.yaml`))
        const records = role === "edge" ? 3 : 11
        assert.ok(
          audit.stdout.startsWith(`${records} records`),
          "configuration, start and stop; at the centre also what was said of certificates, of a lost passkey and of a device",
        )
      }
    })

    it("ends where it stands at a second signal, without waiting for an open association", async () => {
      const started = await startDokuei(file("edge.yaml"))
      const device = connect(started.ports.dicom!, "127.0.0.1")
      device.on("error", () => undefined)
      await once(device, "connect")
      started.process.kill("SIGTERM")
      await new Promise((resolve) => setTimeout(resolve, 300))
      assert.equal(started.process.exitCode, null, "it waits for the device")
      started.process.kill("SIGTERM")
      assert.equal((await started.ended()).code, 143)
      device.destroy()
    })

    it("tells systemd when it is ready, when it stops, and in between that it lives", async function () {
      const seen = await notifications(file("notify.sock"))
      if (seen === null) {
        console.log("      skipped: python3 or systemd-notify is not there")
        return this.skip()
      }
      const started = await startDokuei(file("edge.yaml"), {
        NOTIFY_SOCKET: file("notify.sock"),
        WATCHDOG_USEC: "400000",
      })
      const until = async (text: string): Promise<void> => {
        for (let tries = 0; !seen.text().includes(text); tries++) {
          assert.ok(tries < 100, `${text} in ${seen.text()}`)
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }
      await until("READY=1")
      await until(`MAINPID=${started.process.pid}`)
      await until("WATCHDOG=1")
      await until("BARRIER=1")
      started.process.kill("SIGINT")
      assert.equal((await started.ended()).code, EXIT.ok.code)
      await until("STOPPING=1")
      seen.close()
    })
  })
})

const OPERATION = readFileSync(join(import.meta.dirname, "../../docs/operation.md"), "utf8")

/** Its row in the table of checks: in whole, or as one of a family (`certificate-…`, `revocation-list-…`). */
const isDocumented = (name: string): boolean =>
  OPERATION.includes(`| \`${name}\``) ||
  ["certificate-", "revocation-list-"].some(
    (family) => name.startsWith(family) && OPERATION.includes(`| \`${family}…\``),
  )

/** A datagram socket as systemd has it (Node speaks none over UNIX sockets); null when that cannot be had. */
async function notifications(path: string): Promise<{ text(): string; close(): void } | null> {
  if (!existsSync("/usr/bin/systemd-notify")) return null
  const listen = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("bound", flush=True)
while True: print(s.recv(4096).decode(), flush=True)`
  const python = spawn("python3", ["-c", listen, path], { stdio: ["ignore", "pipe", "ignore"] })
  let text = ""
  python.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()))
  const bound = await Promise.race([
    once(python.stdout, "data").then(() => true),
    once(python, "exit").then(() => false),
    once(python, "error").then(() => false),
  ])
  return bound ? { text: () => text, close: () => python.kill() } : null
}
