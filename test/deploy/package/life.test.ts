/** The package on a bare Debian with systemd: docs/install.md word by word, then its life to its end. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { stringify } from "yaml"
import { makeStudy } from "../../../deploy/demo/study.ts"
import { buildPackage } from "../../../deploy/package/build.ts"
import type { StaffItem } from "../../../gateway/journey/views/staff.ts"
import { MIGRATIONS } from "../../../gateway/storage/ledger/schema.ts"
import { blocksOf, type Block } from "../../docs/blocks.ts"
import { describeLong } from "../../long.ts"
import { Machine, whyNoMachine } from "./machine.ts"

const ROOT = join(import.meta.dirname, "../../..")
const NEWER = "99.0.0"
/** What docs/install.md installs beside the package. */
const BESIDE = ["chrony", "curl", "dcmtk", "jq"]

/** The same package under another version: what an upgrade brings, and a roll-back takes away again. */
function renamed(file: string, version: string, folder: string): string {
  const tree = join(folder, version)
  execFileSync("dpkg-deb", ["--raw-extract", file, tree])
  const control = join(tree, "DEBIAN/control")
  writeFileSync(control, readFileSync(control, "utf8").replace(/^Version: .*$/m, `Version: ${version}`))
  const manifest = join(tree, "opt/dokuei/package.json")
  writeFileSync(
    manifest,
    readFileSync(manifest, "utf8").replace(/"version": "[^"]+"/, `"version": "${version}"`),
  )
  const made = join(folder, `dokuei_${version}_amd64.deb`)
  execFileSync("dpkg-deb", ["-Znone", "--root-owner-group", "--build", tree, made], { stdio: "ignore" })
  rmSync(tree, { recursive: true })
  return made
}

describeLong("the package's life on a machine (long suite)", function () {
  this.timeout(900_000)
  let folder = ""
  let machine: Machine
  let isUp = false
  let version = ""
  before(async function () {
    const why = whyNoMachine()
    if (why !== null || !existsSync(join(ROOT, "viewer/dist/index.html"))) {
      console.log(`      skipped: ${why ?? "the viewer is not built"}`)
      return this.skip()
    }
    folder = mkdtempSync(join(tmpdir(), "life-"))
    const { file } = await buildPackage(folder, true)
    version = /_(.+)_amd64/.exec(file)?.[1] ?? ""
    machine = await Machine.boot([file], BESIDE)
    isUp = true
    machine.bring(renamed(file, NEWER, folder), "/srv/newer.deb")
    makeStudy(join(folder, "study"))
    machine.bring(join(folder, "study"), "/srv/study")
  })
  after(async () => {
    if (isUp) await machine.remove()
    if (folder !== "") rmSync(folder, { recursive: true })
  })

  const done = (script: string): string => machine.done(script)
  /** Runs the boxes of a section of docs/install.md, and returns what they printed. */
  const boxes = (of: (block: Block) => boolean): readonly string[] =>
    blocksOf("install.md")
      .filter(({ info }) => info === "sh")
      .filter(of)
      .map(({ text }) => done(text))

  const page = readFileSync(join(ROOT, "docs/install.md"), "utf8").split("\n")
  const lineOf = (heading: string): number => page.findIndex((line) => line.startsWith(heading)) + 1
  const between =
    (from: string, to: string) =>
    ({ line }: Block): boolean =>
      line > lineOf(from) && line < lineOf(to)

  it("is installed by docs/install.md, section 1, and starts nothing", () => {
    const [said = ""] = boxes(between("## 1.", "## 2."))
    assert.equal(said.trim().split("\n").at(-1), version)
    assert.equal(done("systemctl is-active dokuei-edge dokuei-center || true").trim(), "inactive\ninactive")
    assert.match(done("stat -c '%U %G %a' /etc/dokuei"), /^root dokuei 750$/m)
    assert.equal(done("dpkg --verify dokuei"), "")
  })

  it("brings the first report home by section 2, as root has installed it and systemd runs it", () => {
    const said = boxes((block) => between("## 2.", "## 3.")(block) && !clears(block)).join("\n")
    assert.match(said, /there and back: the first report is home/)
    assert.match(done("cat rehearsal.html"), /<b>合格 /)
    assert.match(said, /#\/enrol\/\S+/)
  })

  it("is upgraded with a full queue: what ran runs again, what stood still does, what waited arrives", async () => {
    const request = await queued("upgrade")
    done("apt-get install -y /srv/newer.deb")
    assert.equal(done("dokuei --version").trim(), NEWER)
    assert.equal(done("systemctl is-active dokuei-edge dokuei-center || true").trim(), "active\ninactive")
    await arrives(request)
  })

  it("is rolled back with a full queue, and the older one finishes it", async () => {
    const request = await queued("roll-back")
    done(`apt-get install -y --allow-downgrades ./dokuei_${version}_amd64.deb`)
    assert.equal(done("dokuei --version").trim(), version)
    await arrives(request)
  })

  it("starts as its unit on what a really older program has left, and finds it", async () => {
    machine.bring(join(ROOT, "test/roads/older/ledger-8/edge.tar.gz"), "/srv/older.tar.gz")
    done(`
      systemctl stop dokuei-edge
      mkdir /srv/aside /srv/older
      mv /var/lib/dokuei-edge /etc/dokuei/edge.passphrase.cred /srv/aside/
      tar --no-same-owner -xzf /srv/older.tar.gz -C /srv/older
      mv /srv/older/edge-data /var/lib/dokuei-edge && chown -R dokuei: /var/lib/dokuei-edge
      systemd-creds encrypt --name=passphrase /srv/older/edge.passphrase /etc/dokuei/edge.passphrase.cred
      systemctl start dokuei-edge`)
    await machine.until("curl -fsS http://127.0.0.1:9090/healthz")
    const asked = `import Database from "better-sqlite3"
      const ledger = new Database("/var/lib/dokuei-edge/ledger.sqlite", { readonly: true })
      const count = (table) => ledger.prepare("SELECT count(*) FROM " + table).pluck().get()
      console.log(ledger.pragma("user_version", { simple: true }), count("study"), count("instance"), count("report"))`
    assert.equal(
      done(`cd /opt/dokuei && node_modules/.bin/node --input-type=module -e '${asked}'`).trim(),
      `${MIGRATIONS.length} 3 6 1`,
    )
    assert.match(done("runuser -u dokuei -- dokuei people list /etc/dokuei/edge.yaml"), /^madoguchi /m)
    done(`
      systemctl stop dokuei-edge
      rm -r /var/lib/dokuei-edge
      mv /srv/aside/dokuei-edge /var/lib/ && mv /srv/aside/edge.passphrase.cred /etc/dokuei/
      rm -r /srv/aside /srv/older
      systemctl start dokuei-edge`)
    await machine.until("curl -fsS http://127.0.0.1:9090/healthz")
  })

  it("is removed without a file of data or configuration, and goes on when it is there again", async () => {
    const held = done(HELD)
    done("apt-get remove -y dokuei")
    assert.equal(done("ls -d /opt/dokuei /usr/bin/dokuei 2>&1 || true").match(/cannot access/g)?.length, 2)
    assert.equal(done("systemctl is-active dokuei-edge || true").trim(), "inactive")
    assert.deepEqual(missing(held, done(HELD)), [])
    done(`apt-get install -y ./dokuei_${version}_amd64.deb && systemctl start dokuei-edge dokuei-center`)
    await machine.until("curl -fsS http://127.0.0.1:9090/healthz")
    assert.ok(requests().length >= 1)
  })

  it("leaves nothing of the rehearsal after the last box of section 2", () => {
    boxes(clears)
    assert.equal(done("find /etc/dokuei -mindepth 1; ls -d /var/lib/dokuei-* 2>/dev/null || true"), "")
  })

  it("joins a reading centre and runs by section 3", () => {
    joinByPhone()
    const said = boxes(between("## 3.", "## 4.")).join("\n")
    assert.match(said, /no faults\n/)
    assert.match(said, /^active$/m)
    assert.match(said, /#\/enrol\/\S+/)
    assert.equal(done("find /etc/dokuei -perm /o+rwx -o ! -group dokuei"), "")
    assert.equal(done("ls joined /etc/dokuei/passphrase 2>/dev/null || true"), "")
  })

  it("is purged without patient data, and says where they are; with none left it leaves nothing", () => {
    const held = done(HELD)
    const said = done("apt-get purge -y dokuei 2>&1")
    assert.match(said, /kept .*\/var\/lib\/dokuei-edge: patient data/)
    assert.match(said, /kept \/etc\/dokuei/)
    assert.deepEqual(missing(held, done(HELD)), [])
    done(`apt-get install -y ./dokuei_${version}_amd64.deb && rm -r /var/lib/dokuei-edge`)
    done("apt-get purge -y dokuei")
    const places =
      "/etc/dokuei /var/lib/dokuei-* /var/cache/dokuei-* /opt/dokuei /etc/systemd/system/*/dokuei-*"
    assert.equal(done(`ls -d ${places} 2>/dev/null || true`), "")
  })

  /** The box that ends the rehearsal. */
  const clears = ({ info, text }: Block): boolean =>
    info === "sh" && text.includes("find /etc/dokuei -mindepth 1 -delete")

  /** As a RIS asks. */
  const requests = (): readonly StaffItem[] => {
    const said = done(`curl -fsS http://127.0.0.1:8080/api/requests ${AS_RIS}`)
    return (JSON.parse(said) as { items: readonly StaffItem[] }).items
  }

  /** While the centre is away: images and a request whose submission waits at the hospital. Returns the request's id. */
  async function queued(name: string): Promise<string> {
    done("systemctl stop dokuei-center")
    const study = makeStudy(join(folder, name), `00-${name}`)
    machine.bring(join(folder, name), `/srv/${name}`)
    const { PatientID, StudyInstanceUID } = study
    writeFileSync(
      join(folder, "request.json"),
      JSON.stringify({ ...REQUEST, requestNumber: name, PatientID, StudyInstanceUID }),
    )
    machine.bring(join(folder, "request.json"), "/srv/request.json")
    done(`storescu +sd -aet MR1 -aec DOKUEI 127.0.0.1 11112 /srv/${name}`)
    const made = done(
      `curl -fsS http://127.0.0.1:8080/api/requests ${AS_RIS} -H "Content-Type: application/json" -d @/srv/request.json`,
    )
    const { requestId } = JSON.parse(made) as { requestId: string }
    await reaches(requestId, "received")
    assert.notEqual(stateOf(requestId, "arrived"), "done")
    return requestId
  }

  const stateOf = (requestId: string, station: string): string | undefined =>
    requests()
      .find((each) => each.requestId === requestId)
      ?.way.find((each) => each.name === station)?.state

  async function reaches(requestId: string, station: "received" | "arrived"): Promise<void> {
    const end = Date.now() + 120_000
    while (stateOf(requestId, station) !== "done") {
      assert.ok(Date.now() < end, JSON.stringify(requests()))
      await sleep(500)
    }
  }

  /** The centre is there again: what waited comes to its place. */
  async function arrives(requestId: string): Promise<void> {
    done("systemctl start dokuei-center")
    await reaches(requestId, "arrived")
  }

  /** Both sides of docs/joining.md, and the telephone between them. */
  function joinByPhone(): void {
    writeFileSync(join(folder, "invitation.yaml"), stringify(INVITATION))
    machine.bring(join(folder, "invitation.yaml"), "/srv/invitation.yaml")
    done(`
      sh /opt/dokuei/deploy/trial.sh /srv/centre && cd /srv/centre && cp ../invitation.yaml .
      dokuei pki authority authority --name 架空読影センター --passphrase-file center.passphrase
      for use in tls seal; do cat authority/$use-ca.pem >> trust/$use-ca.pem; done
      mkfifo telephone && exec 3<>telephone
      dokuei invite center.yaml invitation.yaml --host 127.0.0.1 --port 8454 --out mihon <&3 >said 2>&1 &
      until code=$(grep -E '^[0-9A-Z-]{95}$' said); do kill -0 $! || { cat said; exit 1; }; sleep 0.2; done
      cd /root
      dokuei join https://127.0.0.1:8454 "$code" --oid ${INVITATION.hospital.oid} --out joined >/srv/centre/digits 2>&1 &
      until digits=$(grep -oE '([0-9]{4} ){7}[0-9]{4}' /srv/centre/digits); do kill -0 $! || { cat /srv/centre/digits; exit 1; }; sleep 0.2; done
      until grep -q 'Type what you hear' /srv/centre/said; do sleep 0.2; done
      echo "$digits" >&3
      wait
      test -e joined/edge.yaml || { cat /srv/centre/said /srv/centre/digits; exit 1; }
    `)
  }
})

/** Every file of data and configuration, but for what a running gateway makes and takes away. */
const HELD =
  "find /etc/dokuei /var/lib/dokuei-* -type f ! -name '*-wal' ! -name '*-shm' ! -name '*-journal' ! -name '*.sock' | sort"
const missing = (before: string, after: string): readonly string[] =>
  before.split("\n").filter((each) => !after.split("\n").includes(each))

const AS_RIS =
  '-H "Host: edge.localhost:8080" -H "Origin: http://edge.localhost:8080" -H "Authorization: Bearer $(cat /etc/dokuei/ris.token)"'
const REQUEST = {
  patientName: "山田 太郎",
  urgency: "STAT",
  agreement: "kakuu-center",
  AccessionNumber: "",
  releaseWhenComplete: true,
  request: {
    purpose: "頭痛",
    diagnosis: "頭痛",
    history: "",
    department: "救急科",
    physician: "想定 一夫",
    setting: "emergency",
    contrast: "",
    telephone: "",
  },
}
const INVITATION = {
  hospital: {
    id: "mihon-joined",
    name: "みほん市民病院",
    oid: "1.2.392.100495.20.3.999.1",
    institutionCode: "1311234567",
  },
  centerId: "kakuu-center",
  endpoint: "https://xdr.kakuu-center.example.jp:8443/xdr/recipient",
  authority: { folder: "authority", passphraseFile: "center.passphrase" },
  terms: {
    retention: { images: "30d" },
    urgency: {
      STAT: { label: "緊急", dueMinutes: 60 },
      HIGH: { label: "至急", dueMinutes: 240 },
      ROUTINE: { label: "通常", dueMinutes: 1440 },
    },
    validFrom: "2026-04-01",
    validUntil: "2036-04-01",
    demarcation: [{ segment: "病院ゲートウェイから読影センターまで", responsible: "架空読影センター" }],
    firstResponder: "架空読影センター 当直 03-0000-0000",
  },
}
