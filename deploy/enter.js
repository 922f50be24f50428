// The door: `npm run demo`, `npm test`, `npm run bench`, … come through here. Runs on any Node from 20 with
// nothing installed: installs npm packages when the lockfile changed and the Debian packages a verb needs, builds
// the viewer when its sources changed, then hands over to the pinned Node of this project.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { compileCache } from "./compile-cache.js"
import { handOver } from "./hand-over.js"
import { GATEWAY_FLAGS } from "./node-flags.js"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, "node_modules", ".bin")

/** Debian package → a file that shows it is there. */
const DEBIAN = {
  dcmtk: "/usr/bin/storescu",
  openssl: "/usr/bin/openssl",
  "fonts-noto-cjk": "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
  orthanc: "/usr/sbin/Orthanc",
  "orthanc-dicomweb": "/usr/share/orthanc/plugins/libOrthancDicomWeb.so",
  xmlsec1: "/usr/bin/xmlsec1",
  "libxml2-utils": "/usr/bin/xmllint",
  chromium: "/usr/bin/chromium",
  "poppler-utils": "/usr/bin/pdftotext",
  qpdf: "/usr/bin/qpdf",
  "libopenjp2-tools": "/usr/bin/opj_decompress",
  rsyslog: "/usr/sbin/rsyslogd",
  chrony: "/usr/sbin/chronyd",
  slapd: "/usr/sbin/slapd",
  "python3-aiosmtpd": "/usr/lib/python3/dist-packages/aiosmtpd/smtp.py",
  "rsyslog-openssl": "/usr/share/doc/rsyslog-openssl/copyright",
  iproute2: "/sbin/ip",
  nftables: "/usr/sbin/nft",
  "strongswan-swanctl": "/usr/sbin/swanctl",
  "charon-systemd": "/usr/sbin/charon-systemd",
  "libcharon-extra-plugins": "/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so",
  "libstrongswan-standard-plugins": "/usr/lib/ipsec/plugins/libstrongswan-openssl.so",
  curl: "/usr/bin/curl",
  softhsm2: "/usr/bin/softhsm2-util",
  opensc: "/usr/bin/pkcs11-tool",
  "p11-kit": "/usr/bin/p11-kit",
  unzip: "/usr/bin/unzip",
  zip: "/usr/bin/zip",
  lintian: "/usr/bin/lintian",
  mmdebstrap: "/usr/bin/mmdebstrap",
  "systemd-container": "/usr/bin/systemd-nspawn",
}
/** Only the long suite asks for them, and they bring many others along. */
const LONG = ["lintian", "mmdebstrap", "systemd-container"]
const PEERS = Object.keys(DEBIAN).filter((name) => !LONG.includes(name))
const DEMO = ["dcmtk", "openssl", "fonts-noto-cjk"]

/** Files side by side: most of their time tests wait for other programs, for a disk or for a timer. */
const SIDE_BY_SIDE = ["--parallel", "--jobs", String(availableParallelism() + 1)]
const mocha = (args, ...options) => {
  const program = [join(root, "node_modules", "mocha", "bin", "mocha.js"), "--exit"]
  if (args.some((each) => each.endsWith(".ts"))) return [...program, ...args]
  return [...program, ...options, ...args, "test/**/*.test.ts"]
}
const VERBS = {
  demo: { debian: DEMO, viewer: true, run: (args) => [["deploy/demo/demo.ts", ...args]] },
  test: { debian: PEERS, viewer: true, run: (args) => [mocha(args, ...SIDE_BY_SIDE)] },
  "test:long": {
    debian: Object.keys(DEBIAN),
    viewer: true,
    env: { DOKUEI_LONG: "1" },
    run: (args) => [[...mocha(args), "--timeout", "3600000"]],
  },
  bench: { debian: PEERS, viewer: false, run: (args) => [["test/bench/bench.ts", ...args]] },
  check: {
    debian: PEERS,
    viewer: true,
    run: () => [
      ["node_modules/typescript/bin/tsc", "--noEmit"],
      ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "viewer"],
      ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "viewer/verifier"],
      ["node_modules/eslint/bin/eslint.js", "."],
      ["node_modules/prettier/bin/prettier.cjs", "--check", "."],
      [
        "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
        "gateway",
        "viewer",
        "test",
        "--config",
        ".dependency-cruiser.cjs",
      ],
      mocha([], ...SIDE_BY_SIDE),
    ],
  },
  package: { debian: [], viewer: true, run: (args) => [["deploy/package/build.ts", ...args]] },
  dokuei: {
    debian: [],
    viewer: false,
    run: (args) => [[...GATEWAY_FLAGS, join(root, "gateway", "main.ts"), ...args]],
  },
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function fail(text) {
  say(text)
  process.exit(1)
}

/** `npm ci` when the lockfile is not the one that was installed. */
function installPackages() {
  const stamp = join(root, "node_modules", ".dokuei-lock")
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock && existsSync(join(bin, "node"))) return
  say("installing npm packages …")
  const done = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  })
  if (done.status !== 0) fail("npm ci failed; is the registry reachable?")
  writeFileSync(stamp, lock)
}

/** Installs what is missing as root, else names it. Returns what is still missing. */
function installDebian(names) {
  const missing = names.filter((name) => !existsSync(DEBIAN[name]))
  if (missing.length === 0) return []
  const line = `apt-get install -y --no-install-recommends ${missing.join(" ")}`
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    say(`these Debian packages are missing: ${missing.join(" ")}\ninstall them with:  sudo ${line}`)
    return missing
  }
  say(`installing Debian packages: ${missing.join(" ")} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  for (const command of ["apt-get update -q", line]) {
    const done = spawnSync("sh", ["-c", command], { stdio: ["ignore", "ignore", "inherit"], env })
    if (done.status !== 0) fail(`failed: ${command}`)
  }
  return []
}

function newestUnder(folder) {
  let newest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "dist" || entry.name === "node_modules") continue
    const path = join(folder, entry.name)
    newest = Math.max(newest, entry.isDirectory() ? newestUnder(path) : statSync(path).mtimeMs)
  }
  return newest
}

function buildViewer() {
  const built = join(root, "viewer", "dist", "index.html")
  const sources = Math.max(newestUnder(join(root, "viewer")), newestUnder(join(root, "gateway", "standards")))
  if (existsSync(built) && statSync(built).mtimeMs > sources) return
  say("building the viewer …")
  const done = spawnSync(
    join(bin, "node"),
    ["node_modules/vite/bin/vite.js", "build", "viewer", "--logLevel", "error"],
    { cwd: root, stdio: "inherit" },
  )
  if (done.status !== 0) fail("the viewer did not build")
}

/** npm goes to the root before it runs anything, and says where it was called from: files are named from there. */
function calledFrom() {
  const { npm_lifecycle_event: script, INIT_CWD } = process.env
  return script === "dokuei" && INIT_CWD ? INIT_CWD : process.cwd()
}

const [name, ...args] = process.argv.slice(2)
const verb = VERBS[name]
if (verb === undefined) fail(`usage: node deploy/enter.js ${Object.keys(VERBS).join("|")}`)
installPackages()
const missing = installDebian(verb.debian)
if (missing.length > 0 && name === "demo") process.exit(1)
if (verb.viewer) buildViewer()
const env = {
  ...process.env,
  ...compileCache(root),
  ...verb.env,
  PATH: `${bin}:/usr/sbin:${process.env.PATH ?? ""}`,
  DOKUEI_MISSING_PEERS: missing.join(" "),
  NODE_NO_WARNINGS: "1",
}
for (const command of verb.run(args)) {
  const code = await handOver(join(bin, "node"), command, {
    cwd: name === "dokuei" ? calledFrom() : root,
    env,
  })
  if (code !== 0) process.exit(code)
}
