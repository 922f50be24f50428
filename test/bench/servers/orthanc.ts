/** Orthanc as Debian ships it, without plugins; and tuned as its book says (FAQ "Scalability", "Performance"). */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  freePort,
  HERE,
  keepsAll,
  listening,
  pidOf,
  startPeer,
  stopProcess,
  type StorageServer,
} from "./server.ts"

export interface Orthanc extends StorageServer {
  /** REST API. */
  readonly origin: string
}

export type OrthancKind = "orthanc" | "orthanc-tuned"

const TUNED = {
  // No fsync after a file, no second pass of MD5 over it, nothing compressed, nothing cached that is read once.
  SyncStorageArea: false,
  StoreMD5ForAttachments: false,
  StorageCompression: false,
  OverwriteInstances: false,
  MaximumStorageCacheSize: 0,
  MaximumPduLength: 131_072,
  SaveJobs: false,
  StorageAccessOnFind: "Never",
}

export async function startOrthanc(
  folder: string,
  kind: OrthancKind,
  name: string = kind,
  extra: object = {},
  where = HERE,
): Promise<Orthanc> {
  const below = join(folder, name)
  await mkdir(below, { recursive: true })
  const [port, http] = [await freePort(), await freePort()]
  const aeTitle = "ORTHANC"
  const file = join(below, "orthanc.json")
  const settings = {
    Name: name,
    StorageDirectory: join(below, "db"),
    IndexDirectory: join(below, "db"),
    Plugins: [],
    DicomAet: aeTitle,
    DicomPort: port,
    HttpPort: http,
    RemoteAccessAllowed: false,
    DicomCheckCalledAet: false,
    ...(kind === "orthanc-tuned" ? TUNED : {}),
    ...extra,
  }
  await writeFile(file, JSON.stringify(settings))
  const child = startPeer("Orthanc", [file], where)
  await listening(child, http, where)
  await listening(child, port, where)
  return {
    name,
    pid: pidOf(child),
    port,
    aeTitle,
    origin: `http://${where.address}:${http}`,
    clear: keepsAll,
    stop: () => stopProcess(child),
  }
}
