/** What the figures were measured on: without it they mean nothing. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from "node:os"

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  readonly fileSystem: string
  /** One minute's load at the start; above the number of cores the times say little, the ratios still something. */
  readonly load: number
  readonly node: string
  readonly dcmtk: string
  readonly orthanc: string
  readonly openssl: string
  readonly at: string
}

function firstLine(command: string, ...args: string[]): string {
  try {
    const output = execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    return output.split("\n")[0]?.trim() ?? ""
  } catch {
    return "not installed"
  }
}

export function machine(folder: string): Machine {
  const features = /^flags\s*:.*\b(sha_ni)\b/m.test(readFileSync("/proc/cpuinfo", "latin1"))
    ? "SHA-NI"
    : "no SHA-NI"
  return {
    cpu: `${cpus()[0]?.model.replaceAll(/\s+/g, " ") ?? "?"} (${arch()}, ${features})`,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    fileSystem: firstLine("stat", "-f", "-c", "%T", folder),
    load: loadavg()[0] ?? 0,
    node: process.version,
    dcmtk: firstLine("storescp", "--version")
      .replaceAll(/\$|dcmtk: storescp/g, "")
      .trim(),
    orthanc: firstLine("Orthanc", "--version"),
    openssl: firstLine("openssl", "version"),
    at: new Date().toISOString(),
  }
}
