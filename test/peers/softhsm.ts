/** A real PKCS#11 token in a folder of its own: SoftHSM2, filled with OpenSC's pkcs11-tool. */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const MODULE = "/usr/lib/softhsm/libsofthsm2.so"
export const TOKEN = "gateway"
export const PIN = "271828"

/** In words; null when everything is there. */
export const missingSoftHsm = (): string | null =>
  [MODULE, "/usr/bin/pkcs11-tool", "/usr/bin/p11-kit"].every((path) => existsSync(path))
    ? null
    : "softhsm2, opensc or p11-kit is not installed"

export class SoftHsm {
  readonly folder: string
  readonly #before = process.env.SOFTHSM2_CONF

  private constructor(folder: string) {
    this.folder = folder
  }

  /** The module finds its token by the environment of whoever loads it: ours, from here to `close`. */
  static async open(): Promise<SoftHsm> {
    const hsm = new SoftHsm(await mkdtemp(join(tmpdir(), "dokuei-hsm-")))
    await mkdir(hsm.path("tokens"))
    await writeFile(
      hsm.path("softhsm2.conf"),
      `directories.tokendir = ${hsm.path("tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n`,
    )
    process.env.SOFTHSM2_CONF = hsm.path("softhsm2.conf")
    hsm.#run("softhsm2-util", [
      "--init-token",
      "--free",
      "--label",
      TOKEN,
      "--pin",
      PIN,
      "--so-pin",
      "314159",
    ])
    await hsm.setPinFile(PIN)
    return hsm
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  setPinFile(pin: string): Promise<void> {
    return writeFile(this.path("pin"), `${pin}\n`)
  }

  /** A PKCS#8 key made by openssl is put into the token; its self-signed certificate lies in `<label>.pem`. */
  async addKey(label: string, id: string, kind: "ec" | "rsa"): Promise<void> {
    const how = kind === "ec" ? ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"] : ["RSA"]
    this.#run("openssl", ["genpkey", "-algorithm", ...how, "-out", this.path(`${label}.key`)])
    const files = ["-key", this.path(`${label}.key`), "-out", this.path(`${label}.pem`)]
    this.#run("openssl", ["req", "-new", "-x509", "-subj", `/CN=${label}`, "-days", "400", ...files])
    const der = this.path(`${label}.der`)
    this.#run("openssl", [
      "pkcs8",
      "-topk8",
      "-nocrypt",
      "-in",
      this.path(`${label}.key`),
      "-outform",
      "DER",
      "-out",
      der,
    ])
    this.tool([
      "--write-object",
      der,
      "--type",
      "privkey",
      "--id",
      id,
      "--label",
      label,
      "--usage-sign",
      "--usage-decrypt",
      "--usage-derive",
    ])
    await rm(der)
  }

  /** A person's key and certificate, as files of the reading centre had them, become those of a card. */
  takeKey(label: string, id: string, keyFile: string, pin: string, chainFile: string): void {
    const der = this.path(`${label}.der`)
    this.#run("openssl", [
      "pkcs8",
      "-topk8",
      "-nocrypt",
      "-in",
      keyFile,
      "-passin",
      `pass:${pin}`,
      "-outform",
      "DER",
      "-out",
      der,
    ])
    this.tool(["--write-object", der, "--type", "privkey", "--id", id, "--label", label, "--usage-sign"])
    this.#run("openssl", ["x509", "-in", chainFile, "-out", this.path(`${label}.pem`)])
    this.showCertificate(label, id)
  }

  /** Puts the certificate of `<label>.pem` beside its key, for anyone to see: as a person's card has it. */
  showCertificate(label: string, id: string): void {
    const file = this.path(`${label}.pem`)
    this.tool(["--write-object", file, "--type", "cert", "--id", id, "--label", label])
  }

  /** pkcs11-tool, logged in. */
  tool(args: readonly string[]): void {
    this.#run("pkcs11-tool", ["--module", MODULE, "--token-label", TOKEN, "--login", "--pin", PIN, ...args])
  }

  close(): Promise<void> {
    if (this.#before === undefined) delete process.env.SOFTHSM2_CONF
    else process.env.SOFTHSM2_CONF = this.#before
    return rm(this.folder, { recursive: true })
  }

  #run(program: string, args: readonly string[]): void {
    execFileSync(program, args, { stdio: "pipe" })
  }
}
