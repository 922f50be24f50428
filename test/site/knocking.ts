/** Who opens to whom between hosts of a test. */
import { join } from "node:path"
import type { Host } from "../../deploy/demo/town/host.ts"

const KNOCK = join(import.meta.dirname, "knock.ts")

/** What a caller at this host meets at these ports; of several addresses, with commas between, one after the other. */
export const knock = (host: Host, address: string, ports: readonly number[]): string[] =>
  host
    .do(`${process.execPath} ${KNOCK} knock ${address} ${ports.join(" ")}`)
    .trim()
    .split(" ")

/** Something answers at these ports of every address of the host. */
export const listen = (host: Host, ports: readonly number[]): void =>
  void host.start([process.execPath, KNOCK, "listen", ...ports.map(String)])
