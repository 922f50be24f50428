/**
 * The live timeline: what the hospital's list and the centre's audit trail say of a study, a line for each thing that
 * happened. People sit at the desks meanwhile; nothing is done here.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { StaffItem } from "../../gateway/journey/views/staff.ts"
import { staffItems } from "./hospital.ts"
import type { Site } from "./site.ts"
import type { Timeline } from "./timeline.ts"
import { NotReached, until } from "./walk.ts"

const LOOK_MS = 500

/** From the device to the reading centre, with bars; throws NotReached when a station fails. */
export async function followStudy(site: Site, requestId: string, time: Timeline): Promise<void> {
  const reached = new Set<string>()
  await until("study verified at the reading centre", async () => {
    const item = (await staffItems(site)).find((each) => each.requestId === requestId)
    for (const { name, state, share, reason } of item?.way ?? []) {
      if (state === "part" && share !== null) time.bar(name, share)
      if (state === "fail") throw new NotReached(`${name} failed: ${reason ?? ""}`)
      if (state !== "done" || reached.has(name)) continue
      reached.add(name)
      time.step(`study: ${name}`)
    }
    return reached.has("arrived")
  })
}

/** Until somebody ends us: what radiologist and clerk do. Never resolves. */
export async function keepWatching(site: Site, time: Timeline): Promise<never> {
  const trail = tailOf(join(site.dir, "center-data", "audit.jsonl"))
  const told = new Set<string>((await staffItems(site)).flatMap(newsOf).map(({ key }) => key))
  for (;;) {
    for (const record of trail()) {
      const line = CENTER_LINES.find(({ code }) => record.includes(code))
      if (line !== undefined) time.step(line.text)
    }
    for (const { key, text } of (await staffItems(site)).flatMap(newsOf)) {
      if (told.has(key)) continue
      told.add(key)
      time.step(text)
    }
    await sleep(LOOK_MS)
  }
}

/** DICOM PS3.16 CID 400 and PS3.15 A.5.3: codes as they stand in the audit messages of the trail. */
const CENTER_LINES = [
  { code: String.raw`EventID csd-code=\"110103\"`, text: "radiologist: opened the images" },
  {
    code: String.raw`EventID csd-code=\"113031\"`,
    text: "radiologist: signed (passkey, HPKI-shaped key, time stamp)",
  },
] as const

interface News {
  /** What makes it the same news. */
  readonly key: string
  readonly text: string
}

/** What the hospital knows of a request's report: a corrected one is another. */
function newsOf({ requestId, requestNumber, reportId, verdict, way }: StaffItem): News[] {
  const at = `${requestId ?? ""} ${reportId ?? ""}`
  const stations = way.flatMap(({ name, state, reason }): News[] => {
    if (state === "fail")
      return [{ key: `${at} ${name} fail`, text: `${requestNumber}: ${name} failed: ${reason ?? ""}` }]
    if (state !== "done" || reportId === null) return []
    if (name === "reported")
      return [
        {
          key: `${at} reported`,
          text: `hospital: report of ${requestNumber} is here, signature ${verdict ?? "not judged yet"}`,
        },
      ]
    return name === "acknowledged" ? [{ key: `${at} 受領`, text: "hospital: 受領" }] : []
  })
  return stations
}

/** Lines of a file that came since the last look, beginning where it ends now. */
function tailOf(path: string): () => readonly string[] {
  let offset = statSync(path).size
  return () => {
    const text = readFrom(path, offset)
    const whole = text.lastIndexOf("\n") + 1
    const lines = text.slice(0, whole)
    offset += Buffer.byteLength(lines)
    return lines.split("\n").filter((line) => line !== "")
  }
}

function readFrom(path: string, offset: number): string {
  const file = openSync(path, "r")
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - offset))
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, offset))
  } finally {
    closeSync(file)
  }
}
