/**
 * A second opinion on recoded files: DCMTK reads both files element by element and takes the pixels out of both,
 * OpenJPEG decodes the codestreams. Nothing of ours stands between them.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export interface Judged {
  readonly name: string
  readonly source: Uint8Array
  readonly recoded: Uint8Array
}
export interface Judgement {
  /** Lines of DCMTK's dumps that differ, and need not. */
  readonly differences: readonly string[]
  /** What is wrong with the pixels, "" when they are the same. */
  readonly pixels: string
}

/** Standard dictionary only: what private tags mean is nobody's guess. */
const env = { ...process.env, DCMDICTPATH: "/usr/share/libdcmtk17/dicom.dic" }

export function judge(folder: string, files: readonly Judged[]): Judgement[] {
  const [before, after] = ["before", "after"].map((name) => join(folder, name)) as [string, string]
  for (const path of [before, after, join(before, "pixels"), join(after, "pixels")]) mkdirSync(path)
  files.forEach(({ source, recoded }, index) => {
    writeFileSync(join(before, `${index}`), source)
    writeFileSync(join(after, `${index}`), recoded)
  })
  const sources = dumped(before, files.length)
  const results = dumped(after, files.length)
  const decoded = decode(join(after, "pixels"))
  return files.map((_, index) => ({
    differences: unequalLines(sources[index] ?? "", results[index] ?? "?"),
    pixels: comparePixels(
      readFileSync(join(before, "pixels", `${index}.${last(before, index)}.raw`)),
      (frame, frames) => decoded(index, last(after, index) - frames + frame),
      sources[index] ?? "",
    ),
  }))
}

/** One dump a file; the pixels go to files of their own, fragments one each (0 is the offset table). */
function dumped(folder: string, count: number): string[] {
  const names = Array.from({ length: count }, (_, index) => `${index}`)
  const run = (options: readonly string[]): string =>
    execFileSync("dcmdump", ["-q", ...options, ...names], {
      cwd: folder,
      env,
      maxBuffer: 2 ** 30,
      encoding: "latin1",
    })
  const texts = run(["+F", "+L", "+W", "pixels"]).split(/^# dcmdump \(\d+\/\d+\): .*$/m)
  return texts.slice(1)
}

/** OpenJPEG's decoder on one fragment; planar samples, little endian. */
function decode(folder: string): (index: number, fragment: number) => Buffer {
  return (index, fragment) => {
    const codestream = join(folder, `${index}.${fragment}.j2c`)
    renameSync(join(folder, `${index}.${fragment}.raw`), codestream)
    const out = `${codestream}.rawl`
    const run = spawnSync("opj_decompress", ["-i", codestream, "-o", out], { encoding: "utf8" })
    if (run.status !== 0) throw new Error(`OpenJPEG on ${index}.${fragment}: ${run.stdout}${run.stderr}`)
    return readFileSync(out)
  }
}

const numberOf = (dump: string, keyword: string): number =>
  Number(new RegExp(`^\\([^)]*\\) \\w\\w \\[?(\\d+)\\]? +#.* ${keyword}$`, "m").exec(dump)?.[1] ?? Number.NaN)

/** DCMTK counts icons and offset tables too; the image's own pixels come last. */
const last = (folder: string, index: number): number =>
  Math.max(
    ...readdirSync(join(folder, "pixels")).map((name) =>
      Number(new RegExp(`^${index}\\.(\\d+)\\.raw$`).exec(name)?.[1] ?? -1),
    ),
  )

function comparePixels(
  native: Buffer,
  decoded: (frame: number, frames: number) => Buffer,
  dump: string,
): string {
  const of = (keyword: string): number => numberOf(dump, keyword)
  const samples = of("SamplesPerPixel")
  const bytes = of("BitsAllocated") / 8
  const frames = of("NumberOfFrames") || 1
  const frameBytes = of("Rows") * of("Columns") * samples * bytes
  const byPlane = of("PlanarConfiguration") === 1
  for (let frame = 0; frame < frames; frame++) {
    const stored = native.subarray(frame * frameBytes, (frame + 1) * frameBytes)
    const found = widened(
      decoded(frame + 1, frames),
      of("BitsStored"),
      bytes,
      of("PixelRepresentation") === 1,
    )
    if (!found.equals(byPlane ? stored : planes(stored, samples)))
      return `frame ${frame + 1} is another picture`
  }
  return ""
}

/** Samples of a pixel side by side, sorted by plane; colour is of one byte a sample. */
function planes(frame: Buffer, samples: number): Buffer {
  if (samples === 1) return frame
  const plane = frame.length / samples
  const out = Buffer.alloc(frame.length)
  for (let at = 0; at < frame.length; at++)
    out[(at % samples) * plane + Math.floor(at / samples)] = frame[at]!
  return out
}

/** A codestream of eight bits or fewer comes out in bytes. */
function widened(samples: Buffer, bitsStored: number, bytes: number, signed: boolean): Buffer {
  if (bytes === 1 || bitsStored > 8) return samples
  const out = Buffer.alloc(samples.length * 2)
  samples.forEach((value, at) => out.writeInt16LE(signed ? (value << 24) >> 24 : value, at * 2))
  return out
}

/** Elements that recoding names (domain.md 4), and what a dump shows of lengths of sequences. */
const NAMED = /^\((0002,0000|0002,0010|7fe0,0010|7fe0,000[123]|fffc,fffc)\)/
const GROUP_LENGTH = /^ *\([0-9a-f]{4},0000\)/

function unequalLines(before: string, after: string): string[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  const isColour = old.some((line) => line.startsWith("(0028,0002) US 3 "))
  const kept = (line: string): boolean => !(isColour && /^\(0028,000[46]\)/.test(line))
  const [left, right] = [old.filter(kept), now.filter(kept)]
  const unequal: string[] = []
  for (let at = 0; at < Math.max(left.length, right.length); at++)
    if (!sameLine(left[at] ?? "", right[at] ?? "")) unequal.push(`${left[at] ?? "-"}  →  ${right[at] ?? "-"}`)
  return unequal
}

function linesOf(dump: string): string[] {
  let inPixels = false
  return dump
    .split("\n")
    .filter((line) => /^ *\([0-9a-f]{4},[0-9a-f]{4}\)/.test(line))
    .filter((line) => {
      if (line.startsWith("(7fe0,0010)")) inPixels = true
      else if (!/^ *\(fffe/.test(line)) inPixels = false
      return !inPixels && !NAMED.test(line) && !GROUP_LENGTH.test(line)
    })
    .map((line) =>
      line
        .replace(/(SQ|pi|na) \((\w+) with (explicit|undefined) length #=(\d+)\).*/, "$1 ($2 $4)")
        .replace(/\((\w+Delimitation\w*)( for re-enc.*)?\).*/, "($1)")
        .trimEnd(),
    )
}

/** In implicit VR the dictionaries choose: then tag and bytes decide. */
function sameLine(before: string, after: string): boolean {
  // DCMTK shows what it does not know in implicit VR as "??".
  if (before === after || before.replace(") ?? ", ") UN ") === after) return true
  const parts = (line: string) => /^ *(\([^)]*\)) (\w\w) (.*?) +# +(\d+), *\d+ \w+/.exec(line)
  const [old, now] = [parts(before), parts(after)]
  if (!old || !now || old[1] !== now[1] || old[4] !== now[4]) return false
  const words = (value = "") => value.split("\\").map((each) => Number(each) & 0xffff)
  const isWord = /^(US|SS|OW)$/
  return isWord.test(old[2]!) && isWord.test(now[2]!) && String(words(old[3])) === String(words(now[3]))
}
