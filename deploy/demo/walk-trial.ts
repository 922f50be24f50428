/**
 * `node deploy/demo/walk-trial.ts DIR FOLDER`: both persons' part in a trial that deploy/trial.sh made in DIR, and whose
 * gateways run: sends the DICOM files in FOLDER, and brings the signed report home. Shows that everything works before
 * people sit down.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import type { PkiSummary } from "../../gateway/commands/pki.ts"
import { EXIT } from "../../gateway/exit.ts"
import { enterRequest, sendStudy } from "./hospital.ts"
import { identify } from "./identify.ts"
import { CLERK, enrol, READER } from "./people.ts"
import type { Ports, Site } from "./site.ts"
import { numberAt } from "./study.ts"
import { timeline } from "./timeline.ts"
import { enterDesks, NotReached, readStudy, receiveReport, REPORT, signReport } from "./walk.ts"
import { followStudy } from "./watch.ts"

/** What of a configuration says where its gateway is. */
interface Doors {
  readonly desk: { readonly port: number; readonly origin: string }
  readonly xdr: { readonly port: number }
  readonly health: { readonly port: number }
  readonly dicom?: { readonly port: number }
}

/** The trial as deploy/trial.sh made it; the port of the time-stamp authority is nobody's concern here. */
function openTrial(dir: string): Site {
  const doors = (role: string): Doors => parse(readFileSync(join(dir, `${role}.yaml`), "utf8")) as Doors
  const [edge, center] = [doors("edge"), doors("center")]
  const ports: Ports = {
    dicom: edge.dicom?.port ?? 0,
    edgeXdr: edge.xdr.port,
    edgeDesk: edge.desk.port,
    edgeHealth: edge.health.port,
    centerXdr: center.xdr.port,
    centerDesk: center.desk.port,
    centerHealth: center.health.port,
    tsa: 0,
  }
  return {
    dir,
    pki: JSON.parse(readFileSync(join(dir, "pki.json"), "utf8")) as PkiSummary,
    ports,
    movedPorts: [],
    edgeConfig: join(dir, "edge.yaml"),
    centerConfig: join(dir, "center.yaml"),
    machineToken: readFileSync(join(dir, "ris.token"), "utf8").trim(),
    edgeOrigin: edge.desk.origin,
    centerOrigin: center.desk.origin,
  }
}

async function walk(dir: string, folder: string): Promise<void> {
  const time = timeline(process.stdout, Date.now())
  const site = openTrial(dir)
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const study = identify(paths)
  if (study === null) throw new NotReached(`no DICOM files in ${folder}`)
  const desks = await enterDesks(site, enrol(site.centerConfig, READER), enrol(site.edgeConfig, CLERK))
  time.step("radiologist and clerk have made their passkeys")
  const requestId = await enterRequest(site, study, `R${numberAt(new Date())}`)
  time.step("hospital: request entered")
  await sendStudy(site, study.files)
  time.step(`hospital: ${study.files.length} images sent, all taken`)
  await followStudy(site, requestId, time)
  await signReport(desks, await readStudy(desks, requestId, time), REPORT, time)
  await receiveReport(desks, requestId, 1, time)
  time.step("there and back: the first report is home")
}

const [dir, folder] = process.argv.slice(2)
if (dir === undefined || folder === undefined) {
  process.stderr.write(
    "usage: walk-trial.ts DIR FOLDER   (DIR: made by deploy/trial.sh; FOLDER: DICOM files)\n",
  )
  process.exit(EXIT.usage.code)
}
// What still waits for an answer keeps nobody here.
process.exit(
  await walk(dir, folder).then(
    () => EXIT.ok.code,
    (error: unknown) => {
      process.stderr.write(`FAILED  ${error instanceof Error ? error.message : String(error)}\n`)
      return EXIT.failed.code
    },
  ),
)
