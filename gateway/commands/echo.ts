/** `dokuei echo CONFIG AE`: does a configured DICOM node answer, as we call it and by whom it sees called? */
import { Command } from "commander"
import { loadConfig } from "../config/load.ts"
import type { EdgeConfig } from "../config/schema.ts"
import { crlFolder } from "../foundation/crl-folder.ts"
import { remoteOf, type DicomConfig } from "../foundation/dicom-door.ts"
import { echoTo } from "../foundation/echo.ts"
import type { LineParts } from "../foundation/line-credentials.ts"
import { ConfigError } from "../journey/errors.ts"
import { LineKeys } from "../storage/keys/line-key.ts"

export const echoCommand = (): Command =>
  new Command("echo")
    .description("C-ECHO to a device or the archive of a configuration; tells how long the answer took")
    .argument("<file>", "configuration of a hospital's gateway")
    .argument("<ae>", "AE title, as in dicom.modalities or dicom.archive")
    .action(async (file: string, aeTitle: string) => {
      const { dicom, trust } = edgeOf(file)
      const lists = crlFolder(trust.crls, (name, error) =>
        process.stderr.write(`${name}: ${error.message}\n`),
      )
      const remote = await nodeOf(dicom, aeTitle, { lists, lineKeys: new LineKeys() }, file)
      const started = performance.now()
      await echoTo(remote, dicom.aeTitle)
      const tookMs = Math.round(performance.now() - started)
      const way = remote.tls === null ? "in the clear" : "in TLS"
      process.stdout.write(`${aeTitle} at ${remote.host}:${remote.port} ${way} answers in ${tookMs} ms\n`)
    })

function edgeOf(file: string): EdgeConfig {
  const config = loadConfig(file)
  if (config.role !== "edge")
    throw new ConfigError("ERR_CONFIG_INVALID", `${file} is not of a hospital's gateway`)
  return config
}

/** One without an address can call us and not be called. */
const named = ({
  aeTitle,
  host,
}: {
  readonly aeTitle: string
  readonly host?: string | undefined
}): string => (host === undefined ? `${aeTitle} (without host and port)` : aeTitle)

async function nodeOf(dicom: DicomConfig, aeTitle: string, parts: LineParts, file: string) {
  const nodes = dicom.archive === undefined ? dicom.modalities : [dicom.archive, ...dicom.modalities]
  const node = nodes.find((each) => each.aeTitle === aeTitle)
  const remote = node === undefined ? null : await remoteOf(dicom, node, parts)
  if (remote !== null) return remote
  throw new ConfigError(
    "ERR_CONFIG_INVALID",
    node === undefined
      ? `${file} has no node ${aeTitle}; it has ${nodes.map(named).join(", ")}`
      : `${aeTitle} has no host and port in ${file}`,
  )
}
