/** docs/operation.md on a bare Debian with systemd: its boxes in the order in which a house comes to need them. */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeStudy } from "../../../deploy/demo/study.ts"
import { buildPackage } from "../../../deploy/package/build.ts"
import { blocksOf, type Block } from "../../docs/blocks.ts"
import { describeLong } from "../../long.ts"
import { Machine, whyNoMachine } from "./machine.ts"

const ROOT = join(import.meta.dirname, "../../..")
/** What docs/install.md and docs/operation.md install beside the package. */
const BESIDE = ["chrony", "curl", "dcmtk", "git", "iproute2", "jq", "nginx-light", "sqlite3"]
/** Where the trial of section 1 lies. */
const TRIAL = "/srv/dokuei-trial"
/** The safe of a house: what is on no machine of its network. */
const SAFE = "/root/safe"

describeLong("docs/operation.md on a machine (long suite)", function () {
  this.timeout(900_000)
  let folder = ""
  let machine: Machine
  let isUp = false
  before(async function () {
    const why = whyNoMachine()
    if (why !== null || !existsSync(join(ROOT, "viewer/dist/index.html"))) {
      console.log(`      skipped: ${why ?? "the viewer is not built"}`)
      return this.skip()
    }
    folder = mkdtempSync(join(tmpdir(), "operation-"))
    const { file } = await buildPackage(folder, true)
    machine = await Machine.boot([file], BESIDE)
    isUp = true
    makeStudy(join(folder, "study"))
    machine.bring(join(folder, "study"), "/srv/study")
  })
  after(async () => {
    if (isUp) await machine.remove()
    if (folder !== "") rmSync(folder, { recursive: true })
  })

  const PAGE = blocksOf("operation.md")
  /** Lines of the boxes that were run. */
  const ran = new Set<number>()
  const boxThat = (begins: string): Block => {
    const found = PAGE.find(({ text }) => text.startsWith(begins))
    assert.ok(found !== undefined, `no box begins with ${begins}`)
    ran.add(found.line)
    return found
  }
  const done = (script: string): string => machine.done(script)
  /** Runs the box that begins so, after `before`; `fill` puts in what only the reader knows. */
  const box = (begins: string, before = "", fill = (text: string): string => text): string =>
    done(`${before}\n${fill(boxThat(begins).text)}`)
  /** The same on a terminal, where somebody types. */
  const boxOnTerminal = (begins: string, before: string, typed: string): string => {
    put("/root/box.sh", `${before}\n${boxThat(begins).text}`)
    return done(
      `printf '${typed}' | script --quiet --return --command 'bash -euo pipefail /root/box.sh' /dev/null`,
    )
  }
  const put = (path: string, text: string): void => {
    writeFileSync(join(folder, "put"), text)
    machine.bring(join(folder, "put"), path)
  }
  const isWell = (port: number): Promise<string> =>
    machine.until(`curl -fsS http://127.0.0.1:${port}/healthz`)

  it("is installed, sealed, checked and started by section 1, and a report comes home", async () => {
    const [packaged = ""] = blocksOf("install.md")
      .filter(({ info }) => info === "sh")
      .map(({ text }) => text)
    done(packaged)
    box("apt-get install -y --no-install-recommends git")
    box("role=edge")
    assert.match(done("stat -c '%G %a %n' /etc/dokuei/edge.yaml"), /^dokuei 640 /)
    done("rm /etc/dokuei/edge.yaml && sh /opt/dokuei/deploy/trial.sh /etc/dokuei")
    for (const role of ["edge", "center"])
      assert.match(boxOnTerminal("openssl rand -base64 33 | tee", `role=${role}`, ""), /^\S{44}\s*$/m)
    box("chgrp -R dokuei /etc/dokuei")
    assert.equal(done("find /etc/dokuei -perm /o+rwx -o ! -group dokuei"), "")
    box("(umask 027")
    done(STAMPS)
    done("systemctl start dokuei-center")
    const said = box("dokuei check-config", "role=edge")
    assert.match(said, /no faults/)
    assert.equal(said.match(/#\/enrol\/\S+/g)?.length, 2)
    await isWell(9090)
    const home =
      "runuser -u dokuei -- /opt/dokuei/node_modules/.bin/node /opt/dokuei/deploy/demo/walk-trial.ts"
    assert.match(done(`${home} /etc/dokuei /srv/study`), /the first report is home/)
  })

  it("has routes for its devices and its partner by section 4", () => {
    done(`
      ip link add near type veth peer name far
      ip address add 192.0.2.1/24 dev near
      ip link set near up && ip link set far up
      ip route add default via 192.0.2.254`)
    assert.match(box("sh /opt/dokuei/deploy/quickack-route.sh"), /quickack 1/)
    assert.match(box("sh /opt/dokuei/deploy/partner-route.sh"), /congctl bbr/)
    done("ip link delete near")
  })

  it("carries a study by a medium, by section 2, while the line is down", async () => {
    done("systemctl stop dokuei-center && mkdir -p /media/stick")
    request("medium", "/etc/dokuei")
    await machine.until(boxThat("dokuei media export").text)
    assert.match(done("ls /media/stick"), /^IHE_XDM$/m)
    done("systemctl start dokuei-center")
    assert.match(box("dokuei media import"), /\S/)
  })

  it("is backed up and restored by section 6, with a recovery key that a person has made", () => {
    done(`mkdir -p ${SAFE} /media/backup && echo "open sesame" > ${SAFE}/recovery.passphrase`)
    boxOnTerminal("openssl req -x509", `cd ${SAFE}`, "open sesame\\nopen sesame\\n")
    put("/root/backup.yaml", boxThat("backup:").text)
    done(`
      cat /root/backup.yaml >> /etc/dokuei/edge.yaml
      install -m 0640 -g dokuei ${SAFE}/recovery.pem /etc/dokuei/recovery.pem
      systemctl restart dokuei-edge`)
    const signer = /signed by\s+([0-9a-f]{64})/.exec(box("dokuei backup"))?.[1]
    assert.ok(signer !== undefined)
    done("systemctl stop dokuei-edge && mv /var/lib/dokuei-edge /var/lib/before")
    box("dokuei restore", `cd ${SAFE}`, (text) => text.replace("5f3a…", signer))
    assert.match(done("ls /var/lib/dokuei-edge"), /^ledger\.sqlite$/m)
    done("rm -r /var/lib/dokuei-edge && mv /var/lib/before /var/lib/dokuei-edge")
  })

  it("gets a ledger back by section 6", async () => {
    done(`sqlite3 /var/lib/dokuei-edge/ledger.sqlite ".backup ${SAFE}/ledger.backup"`)
    const said = box("systemctl stop dokuei-edge\n", "cd /var/lib/dokuei-edge", (text) =>
      text.replace("…/ledger.backup", `${SAFE}/ledger.backup`),
    )
    assert.match(said, /\S/)
    await isWell(9090)
  })

  it("is isolated, frozen and gives evidence by section 8", async () => {
    box("dokuei isolate")
    assert.equal(machine.run("curl -fsS http://127.0.0.1:9090/healthz").status, 22)
    done('dokuei isolate /etc/dokuei/edge.yaml --by "想定 管理" --reason "調査が終わった" --end')
    await isWell(9090)
    done(`
      mkdir -p /media/evidence
      cp /usr/share/doc/dokuei/examples/site.example.yaml /etc/dokuei/site.yaml
      openssl req -x509 -newkey rsa:3072 -noenc -subj /CN=investigator -keyout investigator.key.pem -out investigator.pem`)
    box("dokuei incident bundle")
    const said = box(
      "openssl cms -verify",
      "cp investigator* /media/evidence/incident-* && cd /media/evidence/incident-*",
    )
    assert.match(said, /audit\.jsonl\.p7m: OK/)
  })

  it("is tried on one machine by section 1, from nothing", async () => {
    done("systemctl stop dokuei-edge dokuei-center dokuei-trial-tsa")
    assert.match(box("apt-get install -y --no-install-recommends dcmtk jq"), /no faults/)
    const terminals = boxThat("/opt/dokuei/node_modules/.bin/node").text.trim().split("\n")
    for (const [index, line] of terminals.entries()) {
      put(`/root/terminal-${index}.sh`, line)
      done(
        `systemd-run --unit=terminal-${index} --working-directory=${TRIAL} bash /root/terminal-${index}.sh`,
      )
    }
    await isWell(9091)
    await isWell(9090)
    assert.match(box("runuser -u dokuei -- dokuei enrol center.yaml", `cd ${TRIAL}`), /#\/enrol\/\S+/)
    request("trial", TRIAL)
    done("systemctl stop 'terminal-*'")
  })

  it("has no box that was not run", () => {
    const left = PAGE.filter(({ info, line }) => /^sh( terminals)?$/.test(info) && !ran.has(line))
    assert.deepEqual(left, [])
  })

  /** Images, and what a hospital's system asks of them by the token in `place`. */
  function request(name: string, place: string): void {
    const study = makeStudy(join(folder, name), `00-${name}`)
    machine.bring(join(folder, name), `/srv/${name}`)
    done(`storescu +sd -aet MR1 -aec DOKUEI 127.0.0.1 11112 /srv/${name}`)
    const draft = JSON.parse(boxThat("{").text) as Record<string, unknown>
    const { PatientID, StudyInstanceUID } = study
    put(
      `${place}/request.json`,
      JSON.stringify({ ...draft, requestNumber: name, PatientID, StudyInstanceUID }),
    )
    assert.match(box("curl http://127.0.0.1:8080/api/requests", `cd ${place}`), /"requestId":/)
  }
})

/** Somebody who stamps the time, as in docs/install.md. */
const STAMPS =
  "systemd-run --unit=dokuei-trial-tsa /opt/dokuei/node_modules/.bin/node /opt/dokuei/deploy/demo/serve-tsa.ts /etc/dokuei/tsa 3180"
