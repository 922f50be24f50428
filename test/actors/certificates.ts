/** Small throw-away certificates for tests, made by openssl in a temporary folder. */
import { execFileSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

export interface TestCertificate {
  readonly chainPem: string
  readonly keyPem: string
  readonly x509: X509Certificate
}

export interface TestCa {
  readonly pem: string
  issue(name: string, options?: { readonly expired?: boolean; readonly rsa?: boolean }): TestCertificate
  /** A CRL that lists these, PEM. */
  crl(...revoked: readonly TestCertificate[]): string
  /** The same, already overdue: its nextUpdate is long past. */
  overdueCrl(...revoked: readonly TestCertificate[]): string
}

const CONFIG = `
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 2
default_crl_days = 2
crl_extensions = list
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[list]
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
`

/** A CA and what it issues; `use` gets it, everything is removed afterwards. */
export function withCa<T>(name: string, use: (ca: TestCa) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), "dokuei-ca-"))
  try {
    return use(openCa(name, folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function openCa(name: string, folder: string): TestCa {
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" })
  }
  const read = (file: string): string => readFileSync(path.join(folder, file), "utf8")
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "ca.cnf"]
  const rsaKey = ["-newkey", "rsa:2048", "-nodes", "-config", "ca.cnf"]
  writeFileSync(path.join(folder, "ca.cnf"), CONFIG)
  writeFileSync(path.join(folder, "index.txt"), "")
  writeFileSync(path.join(folder, "serial"), "1000")
  openssl(
    "req",
    "-x509",
    ...key,
    "-extensions",
    "root",
    "-subj",
    `/CN=${name}`,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
  )
  const files = new Map<string, string>()
  const list = (revoked: readonly TestCertificate[], dates: readonly string[]): string => {
    for (const { chainPem } of revoked)
      openssl("ca", "-config", "ca.cnf", "-revoke", `${files.get(chainPem) ?? ""}.pem`)
    openssl("ca", "-config", "ca.cnf", "-gencrl", ...dates, "-out", "crl.pem")
    return read("crl.pem")
  }
  return {
    pem: read("ca.pem"),
    issue(holder, options = {}) {
      const file = `leaf-${files.size}`
      const dates =
        options.expired === true ? ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"] : []
      openssl(
        "req",
        "-new",
        ...(options.rsa === true ? rsaKey : key),
        "-subj",
        `/CN=${holder}`,
        "-keyout",
        `${file}.key`,
        "-out",
        `${file}.csr`,
      )
      const sign = ["-batch", "-config", "ca.cnf", "-extensions", "leaf", ...dates]
      openssl("ca", ...sign, "-in", `${file}.csr`, "-out", `${file}.pem`, "-notext")
      const chainPem = read(`${file}.pem`)
      files.set(chainPem, file)
      return { chainPem, keyPem: read(`${file}.key`), x509: new X509Certificate(chainPem) }
    },
    crl: (...revoked) => list(revoked, []),
    overdueCrl: (...revoked) =>
      list(revoked, ["-crl_lastupdate", "20200101000000Z", "-crl_nextupdate", "20200201000000Z"]),
  }
}

/** The octets between the lines of a PEM file with one thing in it. */
export const derOf = (pem: string): Uint8Array =>
  Buffer.from(pem.replace(/-----(BEGIN|END) [A-Z0-9 ]+-----/g, ""), "base64")
