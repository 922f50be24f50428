/** What the technician's page is told of the house: devices and archive as configured, who called, and how to test them. */
import { reachRecipient } from "../actors/document-source/reach.ts"
import type { RemoteAE } from "../actors/association-requestor/remote.ts"
import type { StorageScp } from "../actors/storage-scp/listen.ts"
import type { EdgeConfig } from "../config/schema.ts"
import { DoorBook } from "../journey/technician/door-book.ts"
import { AssociationError } from "../journey/errors.ts"
import type { Clock } from "../journey/ports/time.ts"
import type { House } from "../journey/technician/technician.ts"
import { echoTo } from "./echo.ts"
import type { Foundation } from "./foundation.ts"
import { callersOf, receiveOptions, remoteOf, type DicomConfig } from "./dicom-door.ts"

const MIB = 1024 * 1024

export interface HouseParts {
  readonly config: EdgeConfig
  readonly base: Foundation
  readonly book: DoorBook
  readonly scp: Pick<StorageScp, "port" | "securePort">
  readonly directory: House["directory"]
  /** Everything images come from, by the AE title they are filed under; only modalities can be called. */
  readonly senders: readonly { readonly aeTitle: string; readonly stat: boolean }[]
}

/** Of whoever may call, the archive among them. */
export function doorBook(dicom: DicomConfig, clock: Clock, changed: () => void): DoorBook {
  const { addresses } = receiveOptions(dicom)
  const known = [...callersOf(dicom).keys()].map((ae): [string, readonly string[]] => [
    ae,
    addresses.get(ae) ?? [],
  ])
  return new DoorBook(clock, new Map(known), changed)
}

export async function houseOf(parts: HouseParts): Promise<House> {
  const { config, base, book, scp } = parts
  const { dicom, disk } = config
  const nodes = await callable(parts)
  const { archive } = dicom
  return {
    since: base.clock.now().toISOString(),
    door: { aeTitle: dicom.aeTitle, port: scp.port, securePort: scp.securePort },
    devices: parts.senders.map(({ aeTitle, stat }) => ({
      aeTitle,
      stat,
      callable: nodes.has(aeTitle),
      files: !dicom.modalities.some((modality) => modality.aeTitle === aeTitle),
    })),
    archive:
      archive === undefined ? null : { aeTitle: archive.aeTitle, stat: false, callable: true, files: false },
    book,
    contacts: base.contacts,
    marks: {
      warnBytes: disk.warnMiB * MIB,
      refuseBytes: disk.refuseMiB * MIB,
      reserveBytes: disk.reserveMiB * MIB,
    },
    condition: base.condition,
    echo: (aeTitle) => {
      const remote = nodes.get(aeTitle)
      if (remote === undefined)
        return Promise.reject(new AssociationError("ERR_ASSOCIATION_ADDRESS", `${aeTitle} has no address`))
      return echoTo(remote, dicom.aeTitle)
    },
    reach: (agreement) => reachRecipient(base.endpointOf(agreement)),
    directory: parts.directory,
    roadHome: (id) => base.roads().find(({ agreement }) => agreement === id) ?? null,
  }
}

async function callable({ config, base }: HouseParts): Promise<ReadonlyMap<string, RemoteAE>> {
  const { dicom } = config
  const nodes = dicom.archive === undefined ? dicom.modalities : [dicom.archive, ...dicom.modalities]
  const remotes = await Promise.all(nodes.map((node) => remoteOf(dicom, node, base)))
  return new Map(remotes.flatMap((remote) => (remote === null ? [] : [[remote.aeTitle, remote]])))
}

/** Calls `tell` at once, and then at most every `gapMs`: the last of many calls is never lost. */
export function seldom(
  tell: () => void,
  gapMs: number,
): { readonly call: () => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | null = null
  let again = false
  const call = (): void => {
    if (timer !== null) {
      again = true
      return
    }
    again = false
    tell()
    timer = setTimeout(() => {
      timer = null
      if (again) call()
    }, gapMs)
    timer.unref()
  }
  return { call, stop: () => clearTimeout(timer ?? undefined) }
}
