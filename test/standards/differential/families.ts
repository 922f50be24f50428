/** What is bent, how we judge it, and how others do: xmlsec1, openssl cms, ts and verify. */
import { Authority, days, keyPem, newKey, pem } from "../../../gateway/commands/pki-authority.ts"
import { derFromBer } from "../../../gateway/standards/cms/ber.ts"
import { openMessage } from "../../../gateway/standards/cms/open-message.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { validatePath } from "../../../gateway/standards/hpki/path.ts"
import type { VerdictTest } from "../../../gateway/standards/hpki/verdict-test.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { verifyToken } from "../../../gateway/standards/tsp/verify-token.ts"
import { name, privateHalf } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import type { Dice } from "../../peers/mutations.ts"
import type { Bench } from "../../peers/openssl.ts"
import { bentTree, bentXml } from "../../peers/tree-mutations.ts"
import { CLEAR, sealed } from "../cms/messages.ts"
import { CLAIMED, NOW, stampWith, type World } from "../dsg/world.ts"

/** "" = accepted; else why not. */
export type Judgement = string

export interface Family {
  readonly name: string
  readonly samples: readonly Buffer[]
  bend(sample: Buffer, dice: Dice): Buffer
  /** Never throws for what an input says. */
  ours(input: Buffer): Promise<Judgement>
  /** Each tool's judgement of every input, in order. */
  theirs(inputs: readonly Buffer[]): Readonly<Record<string, readonly Judgement[]>>
}

const failing = (tests: readonly VerdictTest[]): string =>
  tests.flatMap((test) => (test.outcome === "fail" ? [test.name] : [])).join(" ")

export async function families(world: World): Promise<readonly Family[]> {
  return [signatures(world), await envelopes(world.bench), tokens(world), certificates(world)]
}

function signatures(world: World): Family {
  const { bench, card, seal } = world
  const samples = [
    world.sign(seal),
    world.stamp(world.sign(seal)),
    world.sign(card),
    world.stamp(world.sign(card)),
  ]
  const [anchor] = world.sealTrust.anchors
  bench.write("seals.pem", pem("CERTIFICATE", anchor!.encoded))
  bench.write("persons.pem", pem("CERTIFICATE", world.hpkiRoot.certificate))
  bench.write("between.pem", pem("CERTIFICATE", world.hpkiCa.certificate))
  const ours = (input: Buffer): string => {
    const [asSeal, asPerson] = [world.sealTrust, world.hpkiTrust].map((trust) =>
      verifySignature(input, CLAIMED, trust, NOW),
    )
    const isHeld = [asSeal, asPerson].some((each) => each?.verdict.outcome.startsWith("valid"))
    return isHeld ? "" : failing(asSeal?.verdict.tests ?? []) || "unknown"
  }
  return {
    name: "signatures",
    samples: samples.map((each) => Buffer.from(each)),
    bend: bentXml,
    ours: (input) => Promise.resolve(ours(input)),
    theirs: (inputs) => ({ xmlsec1: xmlsec(bench, inputs) }),
  }
}

const OK_LINES = /^(OK|\w+ References \(ok\/all\).*)\n/gm

/** Many files a call; it ends at the first that it refuses, and goes on behind it. */
function xmlsec(bench: Bench, inputs: readonly Buffer[]): Judgement[] {
  const files = inputs.map((input, i) => bench.write(`xml-${i}`, input))
  const ids = ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
  const anchors = ["--trusted-pem", "seals.pem", "--trusted-pem", "persons.pem"]
  const trust = [...anchors, "--untrusted-pem", "between.pem"]
  const judged: Judgement[] = []
  while (judged.length < files.length) {
    const rest = files.slice(judged.length)
    const run = bench.run("xmlsec1", "--verify", "--ignore-manifests", ...ids, ...trust, ...rest)
    const failed = /(?:failed to \w+ (?:file|xml file)|Error: .*) "([^"]+)"/.exec(run.stderr)?.[1]
    const at = run.status === 0 ? rest.length : Math.max(0, rest.indexOf(failed ?? ""))
    judged.push(...rest.slice(0, at).map(() => ""))
    if (at < rest.length)
      judged.push(run.stderr.slice(run.stderr.lastIndexOf("OK\n")).replace(OK_LINES, "").trim() || "refused")
  }
  return judged
}

async function envelopes(bench: Bench): Promise<Family> {
  const usage = issue.keyUsage("keyAgreement", "keyEncipherment")
  const term = { notBefore: days(NOW, -30), notAfter: days(NOW, 300) }
  const ca = Authority.root(await newKey("p-256"), name("Object CA"), term, countedChance("object"))
  const holder = ca.certify(await newKey("p-256"), name("Holder"), term, usage)
  const other = ca.certify(await newKey("rsa-2048"), name("Other"), term, usage)
  const leaf = holder.chain[0]!
  bench.write("holder.key", keyPem(holder.key))
  bench.write("holder.crt", pem("CERTIFICATE", leaf))
  bench.write("clear", CLEAR)
  const command = ["cms", "-encrypt", "-binary", "-aes-256-gcm", "-stream", "-outform", "DER", "-in", "clear"]
  bench.openssl(...command, "-out", "theirs", "-recip", "holder.crt", "-keyopt", "ecdh_kdf_md:sha256")
  const key = { ...privateHalf(holder.key), certificate: leaf }
  return {
    name: "envelopes",
    samples: [sealed([leaf, other.chain[0]!]), Buffer.from(derFromBer(bench.read("theirs")))],
    bend: bentTree,
    async ours(input) {
      try {
        const clear = await openMessage(input, key, countedChance("open"))
        if (!CLEAR.equals(clear)) throw new Error("opened to something else")
        return ""
      } catch (error) {
        if (error instanceof Malformed) return error.code
        throw error
      }
    },
    theirs: (inputs) => ({ "openssl cms -decrypt": inputs.map((input) => opensslOpens(bench, input)) }),
  }
}

function opensslOpens(bench: Bench, input: Buffer): Judgement {
  bench.write("input", input)
  const keys = ["-inkey", "holder.key", "-recip", "holder.crt"]
  const run = bench.openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-in", "input", ...keys)
  return run.status === 0 ? (CLEAR.equals(run.stdout) ? "" : "opened to something else") : run.stderr
}

function tokens(world: World): Family {
  const { bench } = world
  const stamped = Buffer.from("what was stamped")
  const token = Buffer.from(stampWith(bench, stamped))
  bench.write("stamped", stamped)
  const rules = { now: NOW, newerCrl: "preferred" } as const
  const asked = (input: Buffer, ...command: readonly string[]): Judgement => {
    bench.write("input", input)
    const run = bench.openssl(...command, "-in", "input", "-CAfile", "tsa-root.crt")
    return run.status === 0 ? "" : run.stderr
  }
  return {
    name: "time-stamp tokens",
    samples: [token],
    bend: bentTree,
    ours: (input) =>
      Promise.resolve(failing(verifyToken(input, stamped, world.hpkiTrust.timeStamp, rules).tests)),
    theirs: (inputs) => ({
      "openssl ts -verify": inputs.map((input) =>
        asked(input, "ts", "-verify", "-data", "stamped", "-token_in"),
      ),
      "openssl cms -verify": inputs.map((input) =>
        asked(input, "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out", "content"),
      ),
    }),
  }
}

function certificates(world: World): Family {
  const { bench, card, hpkiTrust } = world
  bench.write("root.pem", pem("CERTIFICATE", world.hpkiRoot.certificate))
  bench.write("ca.pem", pem("CERTIFICATE", world.hpkiCa.certificate))
  const between = readCertificate(world.hpkiCa.certificate)
  const rules = { now: NOW, newerCrl: "preferred" } as const
  return {
    name: "certificates",
    samples: [Buffer.from(card.chain[0]!)],
    bend: bentTree,
    ours(input) {
      try {
        const leaf = readCertificate(input)
        return Promise.resolve(
          failing(validatePath(leaf, [between], hpkiTrust.anchors, NOW, hpkiTrust.crls, rules).tests),
        )
      } catch (error) {
        if (error instanceof Malformed) return Promise.resolve(error.code)
        throw error
      }
    },
    theirs: (inputs) => ({
      "openssl verify": inputs.map((input) => {
        const body = input.toString("base64").replaceAll(/.{64}/g, "$&\n")
        bench.write("leaf.pem", `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`)
        const run = bench.openssl("verify", "-CAfile", "root.pem", "-untrusted", "ca.pem", "leaf.pem")
        return run.status === 0 ? "" : run.stderr + run.stdout.toString()
      }),
    }),
  }
}
