/**
 * `npm run package [-- --out DIR] [--fast] [--twice]`: the Debian package of this folder for amd64. Built by dpkg-deb
 * from a staged tree; the same commit gives the same octets: times are those of SOURCE_DATE_EPOCH, else of the last
 * commit. `--twice` builds it again under other circumstances and compares.
 */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { lstat, mkdir, mkdtemp, readFile, rm, writeFile, cp, chmod } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { parseArgs } from "node:util"
import { gzipSync } from "node:zlib"
import { bashCompletion } from "../../gateway/commands/docs/bash-completion.ts"
import { manPage } from "../../gateway/commands/docs/man-page.ts"
import { program } from "../../gateway/commands/program.ts"
import { partsList } from "../../gateway/commands/sbom/sbom.ts"
import { VERSION } from "../../gateway/version.ts"
import { buildElsewhere } from "./elsewhere.ts"
import { evenOut, layOut, pathsBelow, PLATFORM, ROOT } from "./lay-out.ts"

const DEBIAN = join(import.meta.dirname, "debian")
const DOC = "usr/share/doc/dokuei"
const MAINTAINER = "Dokuei maintainers <maintainers@dokuei.example>"
/** Where dpkg looks for each of `debian/`, and how it is called there. */
const PLACES: Readonly<Record<string, string>> = {
  "dokuei.sh": "usr/bin/dokuei",
  "sysusers.conf": "usr/lib/sysusers.d/dokuei.conf",
  "tmpfiles.conf": "usr/lib/tmpfiles.d/dokuei.conf",
  "lintian-overrides": "usr/share/lintian/overrides/dokuei",
  copyright: `${DOC}/copyright`,
}
const SCRIPTS = ["postinst", "prerm", "postrm"]

/** @returns the package's path and its SHA-256. `fast`: not compressed, for looking into it. */
export async function buildPackage(out: string, fast: boolean): Promise<{ file: string; sha256: string }> {
  const seconds = sourceDateEpoch()
  const at = new Date(seconds * 1000)
  const stage = await mkdtemp(join(tmpdir(), "dokuei-package-"))
  try {
    await layOut(stage)
    await addSystemFiles(stage, at)
    await addControl(stage)
    await evenOut(stage, at)
    const file = join(out, `dokuei_${VERSION}_amd64.deb`)
    await mkdir(out, { recursive: true })
    const options = ["--root-owner-group", fast ? "-Znone" : "-Zxz"]
    execFileSync("dpkg-deb", [...options, "--build", stage, file], {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(seconds) },
      stdio: ["ignore", "ignore", "inherit"],
    })
    return { file, sha256: await sha256Of(file) }
  } finally {
    await rm(stage, { recursive: true })
  }
}

async function sha256Of(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex")
}

/** Builds elsewhere what `first` is. Throws when it is not the same, and leaves the other one in `out/elsewhere`. */
export async function compareElsewhere(first: string, out: string, fast: boolean): Promise<void> {
  const second = await buildElsewhere(join(out, "elsewhere"), fast, sourceDateEpoch())
  const [one, other] = await Promise.all([sha256Of(first), sha256Of(second)])
  if (one !== other) throw new Error(`built elsewhere it is another: ${other}  ${second}`)
  await rm(join(out, "elsewhere"), { recursive: true })
}

function sourceDateEpoch(): number {
  const told = process.env.SOURCE_DATE_EPOCH
  const text = told ?? execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" })
  const seconds = Number(text)
  if (!Number.isSafeInteger(seconds)) throw new RangeError("SOURCE_DATE_EPOCH is not a number of seconds")
  return seconds
}

async function addSystemFiles(stage: string, at: Date): Promise<void> {
  for (const [name, place] of Object.entries(PLACES))
    await put(stage, place, await readFile(join(DEBIAN, name)))
  for (const role of ["edge", "center"]) {
    const unit = `dokuei-${role}.service`
    await put(stage, `lib/systemd/system/${unit}`, await readFile(join(ROOT, "systemd", unit)))
  }
  for (const example of [
    "edge.example.yaml",
    "center.example.yaml",
    "site.example.yaml",
    "nginx.example.conf",
  ])
    await put(stage, `${DOC}/examples/${example}`, await readFile(join(ROOT, "deploy", example)))
  const tree = program(() => undefined)
  const date = at.toISOString().slice(0, 10)
  await put(stage, "usr/share/man/man1/dokuei.1.gz", zipped(manPage(tree, { date, version: VERSION })))
  await put(stage, "usr/share/bash-completion/completions/dokuei", bashCompletion(tree))
  await put(stage, `${DOC}/sbom.cdx.json`, await partsList(PLATFORM))
  await put(stage, `${DOC}/changelog.gz`, zipped(changelog(at)))
}

/** As `gzip -9n`: no name and no time inside. */
const zipped = (text: string): Uint8Array => gzipSync(text, { level: 9 })

const changelog = (at: Date): string =>
  `dokuei (${VERSION}) stable; urgency=medium\n\n  * What changed is told in the CHANGELOG.md of the sources.\n\n` +
  ` -- ${MAINTAINER}  ${at.toUTCString().replace("GMT", "+0000")}\n`

async function put(stage: string, place: string, content: string | Uint8Array): Promise<void> {
  const path = join(stage, place)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

/** Control file, maintainer scripts, and the digests `dpkg --verify` compares. */
async function addControl(stage: string): Promise<void> {
  const paths = await pathsBelow(stage)
  let lengthKiB = 0
  let digests = ""
  for (const path of paths) {
    const seen = await lstat(path)
    lengthKiB += seen.isFile() ? Math.ceil(seen.size / 1024) : 1
    if (!seen.isFile()) continue
    digests += `${createHash("md5")
      .update(await readFile(path))
      .digest("hex")}  ${relative(stage, path)}\n`
  }
  await put(stage, "DEBIAN/md5sums", digests)
  await put(stage, "DEBIAN/control", control(lengthKiB))
  for (const name of SCRIPTS) {
    await cp(join(DEBIAN, name), join(stage, "DEBIAN", name))
    await chmod(join(stage, "DEBIAN", name), 0o755)
  }
}

const control = (lengthKiB: number): string => `Package: dokuei
Version: ${VERSION}
Architecture: amd64
Maintainer: ${MAINTAINER}
Installed-Size: ${lengthKiB}
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 9), systemd (>= 252), openssl, fonts-noto-cjk
Recommends: chrony
Suggests: dcmtk, jq, nftables, nginx-light, p11-kit, sqlite3, strongswan-swanctl
Section: net
Priority: optional
Description: teleradiology gateway between hospitals and reading centres
 The edge at a hospital takes DICOM images from scanners, seals them and sends
 them, signed, over mutual TLS to a reading centre as IHE XDR submissions; the
 signed report comes home by the same road.
 .
 Both roles are in this package; which one runs is the configuration's choice.
`

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: "dist" },
      fast: { type: "boolean", default: false },
      twice: { type: "boolean", default: false },
    },
  })
  const { file, sha256 } = await buildPackage(values.out, values.fast)
  process.stdout.write(`${sha256}  ${file}\n`)
  if (values.twice) {
    await compareElsewhere(file, values.out, values.fast)
    process.stdout.write("built twice, under other circumstances: the same\n")
  }
}
