/**
 * A signing service as CSC API 2.0 describes it, with a real key: nothing of the kind can be installed. It checks what it is
 * shown: PKCE, the bearer token, the PIN, that the SAD is of this hash, not used up and not too old.
 */
import { execFileSync } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { withCa } from "../actors/certificates.ts"

export const CLIENT = { clientId: "center", clientSecret: "between us" }
export const REMOTE_PIN = "314159"
const SAD_MS = 60_000

interface Holder {
  readonly keyPem: string
  /** DER in base64. */
  readonly certificate: string
  /** The same of who issued it. */
  readonly issuers?: readonly string[]
}
interface Consent {
  readonly credentialID: string
  readonly hash: string
  readonly until: number
  left: number
}
type Json = Record<string, unknown>

/** A self-signed certificate with this key usage. */
export function holderOf(kind: "rsa" | "ec", usage: string): Holder {
  const folder = mkdtempSync(join(tmpdir(), "dokuei-csc-"))
  try {
    const key = kind === "rsa" ? ["rsa:2048"] : ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    const files = ["-keyout", "key.pem", "-out", "cert.pem"]
    const args = ["req", "-x509", "-newkey", ...key, "-nodes", "-subj", "/CN=HANAKO SATO", ...files]
    execFileSync("openssl", [...args, "-addext", `keyUsage=critical,${usage}`], {
      cwd: folder,
      stdio: "pipe",
    })
    const certificate = readFileSync(join(folder, "cert.pem"), "utf8").replace(/-----[A-Z ]+-----|\s/g, "")
    return { keyPem: readFileSync(join(folder, "key.pem"), "utf8"), certificate }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export class CscService {
  readonly caPem: string
  /** What was asked, in order. */
  readonly asked: string[] = []
  /** credentialID → whose key. */
  readonly holders = new Map<string, Holder>()
  /** Changed by tests: what goes wrong. */
  trouble: "none" | "silent" | "no-consent" | "another-signature" | "another-host" | "not-json" = "none"
  authMode: "explicit" | "implicit" = "explicit"
  now = (): number => Date.now()
  readonly #server: Server
  #port = 0
  readonly #codes = new Map<string, { readonly challenge: string; readonly redirectUri: string }>()
  readonly #tokens = new Set<string>()
  readonly #consents = new Map<string, Consent>()

  constructor() {
    const { pem, chainPem, keyPem } = withCa("csc", (ca) => ({ pem: ca.pem, ...ca.issue("localhost") }))
    this.caPem = pem
    this.#server = createServer({ cert: chainPem, key: keyPem }, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  /** May be closed and opened again: it is at the same port then. */
  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "localhost", resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  get url(): string {
    return `https://localhost:${this.#port}/csc/v2`
  }

  /** As a browser whose person agrees: the code and state it is sent back with. */
  visit(authorize: string): { readonly state: string; readonly code: string } {
    const { searchParams, pathname } = new URL(authorize)
    const of = (name: string): string => searchParams.get(name) ?? ""
    if (!pathname.endsWith("/oauth2/authorize") || of("response_type") !== "code") throw new Error(authorize)
    if (of("client_id") !== CLIENT.clientId || of("code_challenge_method") !== "S256")
      throw new Error(authorize)
    const code = randomBytes(12).toString("hex")
    this.#codes.set(code, { challenge: of("code_challenge"), redirectUri: of("redirect_uri") })
    return { state: of("state"), code }
  }

  /** All tokens end. */
  logEverybodyOut(): void {
    this.#tokens.clear()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const path = (request.url ?? "").replace("/csc/v2/", "")
    this.asked.push(path)
    if (this.trouble === "silent") return
    const text = Buffer.concat(pieces).toString("utf8")
    const [status, json] =
      path === "oauth2/token"
        ? this.#token(new URLSearchParams(text))
        : this.#call(path, request, JSON.parse(text) as Json)
    response.writeHead(status, { "content-type": "application/json" })
    response.end(this.trouble === "not-json" ? "<html>" : JSON.stringify(json))
  }

  #token(fields: URLSearchParams): [number, Json] {
    const begun = this.#codes.get(fields.get("code") ?? "")
    this.#codes.delete(fields.get("code") ?? "")
    const verifier = fields.get("code_verifier") ?? ""
    const isRight =
      begun?.challenge === createHash("sha256").update(verifier).digest("base64url") &&
      fields.get("redirect_uri") === begun.redirectUri &&
      fields.get("client_secret") === CLIENT.clientSecret
    if (!isRight) return [400, { error: "invalid_grant" }]
    const token = randomBytes(16).toString("hex")
    this.#tokens.add(token)
    return [200, { access_token: token, token_type: "Bearer", expires_in: 3_600 }]
  }

  #call(path: string, request: IncomingMessage, body: Json): [number, Json] {
    if (path === "info")
      return [200, this.trouble === "another-host" ? { oauth2: "https://elsewhere.example/" } : {}]
    const token = (request.headers.authorization ?? "").replace("Bearer ", "")
    if (!this.#tokens.has(token)) return [401, { error: "invalid_token" }]
    if (path === "credentials/list") return [200, { credentialIDs: [...this.holders.keys()] }]
    const holder = this.holders.get(String(body.credentialID))
    if (holder === undefined) return [400, { error: "invalid_request" }]
    if (path === "credentials/info") return [200, this.#info(holder)]
    if (path === "credentials/authorize") return this.#authorize(body)
    return path === "signatures/signHash" ? this.#signHash(holder, body) : [404, {}]
  }

  #info({ certificate, issuers = [] }: Holder): Json {
    const objects = this.authMode === "explicit" ? [{ type: "Password", id: "PIN", format: "N" }] : []
    return {
      key: { status: "enabled", algo: ["1.2.840.113549.1.1.11"], len: 2048 },
      cert: { status: "valid", certificates: [certificate, ...issuers] },
      auth: { mode: this.authMode, objects },
      multisign: 1,
    }
  }

  #authorize(body: Json): [number, Json] {
    const [given] = (body.authData as { id: string; value: string }[] | undefined) ?? []
    if (this.trouble === "no-consent") return [408, { error: "timeout" }]
    const isAgreed = this.authMode === "implicit" || (given?.id === "PIN" && given.value === REMOTE_PIN)
    const hashes = body.hashes as string[]
    if (!isAgreed || body.numSignatures !== 1 || hashes.length !== 1) return [400, { error: "invalid_pin" }]
    const SAD = randomBytes(16).toString("hex")
    const consent = {
      credentialID: String(body.credentialID),
      hash: hashes[0] ?? "",
      until: this.now() + SAD_MS,
      left: 1,
    }
    this.#consents.set(SAD, consent)
    return [200, { SAD, expiresIn: SAD_MS / 1_000 }]
  }

  #signHash({ keyPem }: Holder, body: Json): [number, Json] {
    const consent = this.#consents.get(String(body.SAD))
    const [hash = ""] = body.hashes as string[]
    const isGood =
      consent?.hash === hash &&
      consent.left > 0 &&
      consent.until > this.now() &&
      consent.credentialID === body.credentialID
    if (!isGood) return [400, { error: "invalid_request" }]
    consent.left -= 1
    const digest = this.trouble === "another-signature" ? randomBytes(32) : Buffer.from(hash, "base64")
    return [200, { signatures: [signDigest(keyPem, digest).toString("base64")] }]
  }
}

/** openssl signs a digest as it is. */
function signDigest(keyPem: string, digest: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "dokuei-csc-"))
  try {
    writeFileSync(join(folder, "key.pem"), keyPem)
    const how = ["-sign", "-inkey", "key.pem", "-pkeyopt", "digest:sha256"]
    return execFileSync("openssl", ["pkeyutl", ...how], { cwd: folder, input: digest, stdio: "pipe" })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
