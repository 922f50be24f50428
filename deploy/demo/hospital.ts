/** The hospital's other systems: its information system enters a request, its MR sends images. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { request } from "node:http"
import type { RequestInput } from "../../gateway/journey/views/request.ts"
import type { StaffItem } from "../../gateway/journey/views/staff.ts"
import { AGREEMENT, type Site } from "./site.ts"
import type { DemoStudy } from "./study.ts"

/** HIS → staff desk with its machine token. */
export async function enterRequest(site: Site, study: DemoStudy, requestNumber: string): Promise<string> {
  const input: RequestInput = {
    requestNumber,
    PatientID: study.PatientID,
    patientName: "山田 太郎",
    urgency: "STAT",
    agreement: AGREEMENT.hospital,
    StudyInstanceUID: study.StudyInstanceUID,
    AccessionNumber: "",
    request: {
      purpose: "頭痛と嘔吐。占拠性病変の有無をご評価ください。",
      diagnosis: "頭痛",
      history: "高血圧で加療中。三日前から頭痛が増強。",
      department: "救急科",
      physician: "想定 一夫",
      setting: "emergency",
      contrast: "",
      telephone: "内線 2119",
    },
    releaseWhenComplete: true,
  }
  const answer = await asHis(site, "POST", "/api/requests", input)
  return (JSON.parse(answer) as { requestId: string }).requestId
}

export async function staffItems(site: Site): Promise<readonly StaffItem[]> {
  return (JSON.parse(await asHis(site, "GET", "/api/requests")) as { items: readonly StaffItem[] }).items
}

async function asHis(site: Site, method: string, path: string, body?: object): Promise<string> {
  const text = body === undefined ? "" : JSON.stringify(body)
  const { hostname, port, host } = new URL(site.edgeOrigin)
  const sent = request({
    host: "127.0.0.1",
    port,
    method,
    path,
    headers: {
      Host: host,
      Origin: `http://${hostname}:${port}`,
      Authorization: `Bearer ${site.machineToken}`,
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(text),
    },
  })
  sent.end(text)
  const [response] = (await once(sent, "response")) as [import("node:http").IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const answer = Buffer.concat(chunks).toString("utf8")
  if ((response.statusCode ?? 500) >= 300)
    throw new Error(`${method} ${path}: HTTP ${response.statusCode ?? 0} ${answer}`)
  return answer
}

/** MR1 → edge with DCMTK's storescu. Resolves with what it printed; throws when it did not end with 0. */
export async function sendStudy(site: Site, files: readonly string[], callingAE = "MR1"): Promise<string> {
  const options = [
    "-xs",
    "-aet",
    callingAE,
    "-aec",
    "DOKUEI",
    "127.0.0.1",
    String(site.ports.dicom),
    ...files,
  ]
  const child = spawn("storescu", options.slice(files.length > 0 ? 1 : 0), {
    env: { ...process.env, TCP_NODELAY: "1" },
  })
  let printed = ""
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()))
  const [code] = (await once(child, "close")) as [number | null]
  if (code !== 0) throw new Error(`storescu ended with ${String(code)}: ${printed.slice(-2000)}`)
  return printed
}
