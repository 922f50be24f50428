import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { GETA, textDecoder } from "../../../gateway/standards/dicom/charset.ts"
import { readPart10 } from "../../../gateway/standards/dicom/data-set.ts"
import { displayName, parsePersonName, phoneticName } from "../../../gateway/standards/dicom/person-name.ts"

/** Hex with ASCII in quotes: `"Yamada^" 1b2442 3b33`. */
function raw(text: string): Uint8Array {
  const parts = text.match(/"[^"]*"|[0-9a-f]+/g) ?? []
  return Buffer.concat(
    parts.map((part) =>
      part.startsWith('"') ? Buffer.from(part.slice(1, -1), "latin1") : Buffer.from(part, "hex"),
    ),
  )
}
const decode = (charset: string, text: string, delimiters = "\\^=") =>
  textDecoder(charset === "" ? [] : charset.split("\\"))(raw(text), delimiters)

const J = "1b2442" // ESC $ B
const B = "1b2842" // ESC ( B
const R = "1b284a" // ESC ( J
const YAMADA = "3b334544"
const TAROU = "42404f3a"
// Its second kana is 24 5E: a caret that is none.
const yamada = "2464245e2440"
const tarou = "243f246d2426"
const K = "1b242943" // ESC $ ) C
const A = "1b242941" // ESC $ ) A

describe("character sets: the examples of PS3.5", () => {
  const examples: readonly (readonly [string, string, string, string])[] = [
    [
      "H.3.1",
      "\\ISO 2022 IR 87",
      `"Yamada^Tarou=" ${J} ${YAMADA} ${B} "^" ${J} ${TAROU} ${B} "=" ${J} ${yamada} ${B} "^" ${J} ${tarou} ${B}`,
      "Yamada^Tarou=山田^太郎=やまだ^たろう",
    ],
    [
      "H.3.2",
      "ISO 2022 IR 13\\ISO 2022 IR 87",
      `d4cfc0de "^" c0dbb3 "=" ${J} ${YAMADA} ${R} "^" ${J} ${TAROU} ${R} "=" ${J} ${yamada} ${R} "^" ${J} ${tarou} ${R}`,
      "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    ],
    [
      "I.2",
      "\\ISO 2022 IR 149",
      `"Hong^Gildong=" ${K} fbf3 "^" ${K} d1ced4d7 "=" ${K} c8ab "^" ${K} b1e6b5bf`,
      "Hong^Gildong=洪^吉洞=홍^길동",
    ],
    ["J.1", "ISO_IR 192", '"Wang^XiaoDong=" e78e8b "^" e5b08fe69db1 "="', "Wang^XiaoDong=王^小東="],
    ["J.2", "GB18030", '"Wang^XiaoDong=" cdf5 "^" d0a1b6ab "="', "Wang^XiaoDong=王^小东="],
    ["J.3", "GBK", '"Wang^XiaoDong=" cdf5 "^" d0a1b6ab "="', "Wang^XiaoDong=王^小东="],
    [
      "K.2",
      "\\ISO 2022 IR 58",
      `"Zhang^XiaoDong=" ${A} d5c5 "^" ${A} d0a1b6ab "="`,
      "Zhang^XiaoDong=张^小东=",
    ],
  ]
  for (const [annex, charset, bytes, text] of examples)
    it(`${annex} ${charset}`, () => assert.deepEqual(decode(charset, bytes), { text, marked: false }))

  it("I.3, a long text whose every line designates KS X 1001 anew", () => {
    const text = `"The 1st line includes " ${K} b1e6b5bf "." 0d0a "The 2nd line includes " ${K} b1e6b5bf ", too." 0d0a "The 3rd line."`
    assert.deepEqual(decode("\\ISO 2022 IR 149", text, ""), {
      text: "The 1st line includes 길동.\r\nThe 2nd line includes 길동, too.\r\nThe 3rd line.",
      marked: false,
    })
  })
  it("K.3, a long text with GB 2312", () => {
    const text = `"The first line includes" ${A} d6d0cec4 "." 0d0a "The second line includes" ${A} d6d0cec4 ", too." 0d0a`
    assert.equal(
      decode("\\ISO 2022 IR 58", text, "").text,
      "The first line includes中文.\r\nThe second line includes中文, too.\r\n",
    )
  })
})

describe("character sets: every repertoire", () => {
  const single: readonly (readonly [string, string, string])[] = [
    ["ISO_IR 100", "4ae972f46d65", "Jérôme"],
    ["ISO_IR 101", "b1e6ea", "ąćę"],
    ["ISO_IR 109", "a1b1", "Ħħ"],
    ["ISO_IR 110", "a1ba", "Ąē"],
    ["ISO_IR 144", "bbeeda62636540", "Люкbce@"],
    ["ISO_IR 127", "e2c8c7e6ea", "قباني"],
    ["ISO_IR 126", "c4e9efedf5f3e9eff2", "Διονυσιος"],
    ["ISO_IR 138", "f9f8e5ef", "שרון"],
    ["ISO_IR 148", "dddefdfe", "İŞış"],
    ["ISO_IR 166", "b7b4", "ทด"],
    ["ISO_IR 203", "a4bcbd", "€Œœ"],
    ["ISO_IR 13", "d4cfc0de", "ﾔﾏﾀﾞ"],
    ["ISO_IR 6", "41", "A"],
    ["", "41", "A"],
  ]
  for (const [charset, bytes, text] of single)
    it(charset || "absent", () => {
      assert.deepEqual(decode(charset, bytes), { text, marked: false })
      if (charset === "ISO_IR 13" || charset === "" || charset === "ISO_IR 6") return
      const escape: Record<string, string> = {
        "100": "A",
        "101": "B",
        "109": "C",
        "110": "D",
        "144": "L",
        "127": "G",
        "126": "F",
        "138": "H",
        "148": "M",
        "166": "T",
        "203": "b",
      }
      const number = charset.slice(7)
      const extended = decode(
        `\\ISO 2022 IR ${number}`,
        `1b2d${Buffer.from(escape[number]!).toString("hex")} ${bytes}`,
      )
      assert.deepEqual(extended, decode(charset, bytes), "the same by escape")
    })

  it("JIS X 0212 by escape", () => {
    assert.deepEqual(decode("\\ISO 2022 IR 87\\ISO 2022 IR 159", `1b242844 3021 ${B} "x"`), {
      text: "丂x",
      marked: false,
    })
  })
  it("ISO 646 romaji has a yen sign and an overline where ASCII has a backslash and a tilde", () => {
    assert.equal(decode("ISO_IR 13", '"100\\~"', "").text, "100¥‾")
    assert.equal(decode("ISO_IR 13", '"a\\b"', "\\").text, "a\\b", "but a delimiter stays one")
  })
  it("katakana by escape into G1", () => {
    assert.deepEqual(decode("\\ISO 2022 IR 13", `1b2949 d4cf "^" "x"`), { text: "ﾔﾏ^x", marked: false })
  })
})

/** What the C library reads in the same octets, line by line; "" for what it does not know and leaves out. */
function iconv(encoding: string, characters: readonly Uint8Array[]): readonly string[] {
  const input = Buffer.concat(characters.flatMap((each) => [each, Buffer.from("\n")]))
  const { stdout } = spawnSync("iconv", ["-c", "-f", encoding, "-t", "UTF-8"], { input, maxBuffer: 2 ** 26 })
  const lines = stdout.toString("utf8").split("\n").slice(0, -1)
  assert.equal(lines.length, characters.length, encoding)
  return lines
}

describe("character sets: every character of every set, as the C library reads it", () => {
  const span = (first: number, last: number): number[] =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at)
  const right = span(0xa0, 0xff).map((octet) => Uint8Array.of(octet))
  const pairs = (rows: readonly number[], high: number): Uint8Array[] =>
    rows.flatMap((row) => span(1, 94).map((cell) => Uint8Array.of(row + high, cell + high)))
  const escaped = (escape: string, characters: readonly Uint8Array[], back = ""): Uint8Array[] =>
    characters.map((each) => Buffer.concat([raw(escape), each, raw(back)]))
  /** Characters that two tables of Unicode name differently: WHATWG's and the C library's. */
  const SAME = new Map(
    Object.entries({
      "\u2015": "\u2014",
      "\u301c": "\uff5e",
      "\u2016": "\u2225",
      "\u2212": "\uff0d",
      "\u00a2": "\uffe0",
      "\u00a3": "\uffe1",
      "\u00ac": "\uffe2",
      "\u2014": "\u2015",
      "\u00b7": "\u30fb",
      "\u30fb": "\u00b7",
    }),
  )

  /** In KS X 1001 since 1998 and 2002, and not in ISO-IR 149. */
  const ADDED_LATER = new Set(["\u20ac", "\u00ae", "\u327e"])

  type Row = readonly [
    what: string,
    declared: string,
    encoding: string,
    ours: readonly Uint8Array[],
    theirs: readonly Uint8Array[],
    atLeast: number,
  ]
  const single = (number: number, encoding: string, atLeast: number): Row => [
    `ISO-IR ${number}`,
    `ISO_IR ${number}`,
    encoding,
    right,
    right,
    atLeast,
  ]
  const jis = pairs([...span(1, 8), ...span(16, 84)], 0x20)
  const katakana = span(0xa1, 0xdf).map((octet) => Uint8Array.of(octet))
  const supplement = pairs(span(1, 94), 0x20)
  const rows: readonly Row[] = [
    single(100, "ISO-8859-1", 96),
    single(101, "ISO-8859-2", 96),
    single(109, "ISO-8859-3", 89),
    single(110, "ISO-8859-4", 96),
    single(144, "ISO-8859-5", 96),
    single(127, "ISO-8859-6", 51),
    single(126, "ISO-8859-7", 93),
    single(138, "ISO-8859-8", 60),
    single(148, "ISO-8859-9", 96),
    single(203, "ISO-8859-15", 96),
    single(166, "TIS-620", 87),
    ["ISO-IR 13", "ISO_IR 13", "SHIFT_JIS", katakana, katakana, 63],
    ["ISO-IR 87", "\\ISO 2022 IR 87", "ISO-2022-JP", escaped(J, jis, B), escaped(J, jis, B), 6_879],
    [
      "ISO-IR 159",
      "\\ISO 2022 IR 159",
      "ISO-2022-JP-2",
      escaped("1b242844", supplement, B),
      escaped("1b242844", supplement, B),
      6_067,
    ],
    [
      "ISO-IR 149",
      "\\ISO 2022 IR 149",
      "EUC-KR",
      escaped(K, pairs(span(1, 94), 0xa0)),
      pairs(span(1, 94), 0xa0),
      8_227,
    ],
    [
      "ISO-IR 58",
      "\\ISO 2022 IR 58",
      "EUC-CN",
      escaped(A, pairs(span(1, 94), 0xa0)),
      pairs(span(1, 94), 0xa0),
      7_445,
    ],
  ]
  for (const [what, declared, encoding, ours, theirs, atLeast] of rows)
    it(what, () => {
      const expected = iconv(encoding, theirs)
      const read = textDecoder(declared.split("\\"))
      const unequal = ours.flatMap((bytes, at) => {
        const theirText = expected[at] ?? ""
        if (theirText === "" || ADDED_LATER.has(theirText)) return []
        const { text } = read(bytes, "")
        return text === theirText || SAME.get(theirText) === text
          ? []
          : [`${Buffer.from(bytes).toString("hex")} ${text} ${theirText}`]
      })
      assert.deepEqual(unequal, [])
      assert.equal(expected.filter((each) => each !== "").length, atLeast)
    })

  for (const encoding of ["GBK", "GB18030", "UTF-8"])
    it(`${encoding}, of every plane`, () => {
      const text = span(0xa1, 0x1ffff)
        .filter((code) => (code < 0xd800 || code > 0xf8ff) && (encoding !== "GBK" || code < 0xffff))
        .map((code) => String.fromCodePoint(code))
      const written = spawnSync("iconv", ["-c", "-f", "UTF-8", "-t", encoding], {
        input: text.join("\n"),
        maxBuffer: 2 ** 26,
      }).stdout
      const { text: read } = textDecoder([encoding === "UTF-8" ? "ISO_IR 192" : encoding])(written, "")
      const back = spawnSync("iconv", ["-f", encoding, "-t", "UTF-8"], {
        input: written,
        maxBuffer: 2 ** 26,
      }).stdout.toString()
      const theirs = back.split("\n")
      const unequal = read
        .split("\n")
        .flatMap((each, at) =>
          each === theirs[at] || SAME.get(theirs[at] ?? "") === each ? [] : [`${each} ${theirs[at] ?? ""}`],
        )
      assert.deepEqual(unequal, [])
      assert.ok(theirs.filter((each) => each !== "").length > 20_000)
    })
})

describe("character sets: what resets the code elements", () => {
  for (const [name, delimiter] of [
    ["^", "5e"],
    ["=", "3d"],
    ["\\", "5c"],
    ["CR", "0d"],
    ["LF", "0a"],
    ["FF", "0c"],
    ["TAB", "09"],
  ] as const)
    it(`${name} after a G1 designation`, () => {
      const { text } = decode("\\ISO 2022 IR 100", `1b2d41 e9 ${delimiter} e9`)
      assert.equal(text.slice(0, 2), `é${Buffer.from(delimiter, "hex").toString()}`)
      assert.equal(
        decode("\\ISO 2022 IR 100", `1b2d41 e9 ${delimiter} e9`).marked,
        true,
        "the second é is undeclared",
      )
    })
  it("not a caret in a text that has no name components", () => {
    assert.deepEqual(decode("\\ISO 2022 IR 100", '1b2d41 e9 "^" e9', "\\"), { text: "é^é", marked: false })
  })
  it("not the second byte of a kana or kanji that looks like a delimiter", () => {
    const text = `${J} 245e 485c 243d ${B} "^x"`
    assert.deepEqual(decode("\\ISO 2022 IR 87", text), { text: "ま卑そ^x", marked: false })
  })
})

describe("character sets: what devices do against the rules", () => {
  it("undeclared Shift_JIS, with 5C as the second byte of 表", () => {
    assert.deepEqual(decode("", '955c "^" 8e5293 63'), { text: "表^山田", marked: true })
  })
  it("undeclared UTF-8", () => {
    assert.deepEqual(decode("", "e5b1b1e794b0"), { text: "山田", marked: true })
  })
  it("undeclared Latin-1 when it is neither", () => {
    assert.deepEqual(decode("", '"M" fc "ller"'), { text: "Müller", marked: true })
  })
  it("Shift_JIS kanji under IR 13", () => {
    assert.deepEqual(decode("ISO_IR 13", 'd4cf "=" 8e5293 63'), { text: "ﾔﾏ=山田", marked: true })
  })
  it("escapes without a declaration", () => {
    assert.deepEqual(decode("", `${J} ${YAMADA} ${B}`), { text: "山田", marked: true })
    assert.deepEqual(decode("ISO_IR 100", `${J} ${YAMADA} ${B} e9`), { text: "山田é", marked: true })
  })
  it("IR 87 without the way back to ASCII before a delimiter and at the end", () => {
    const name = `"Yamada^Tarou=" ${J} ${YAMADA} "^" ${J} ${TAROU} "=" ${J} ${yamada} "^" ${J} ${tarou}`
    assert.deepEqual(decode("\\ISO 2022 IR 87", name), {
      text: "Yamada^Tarou=山田^太郎=やまだ^たろう",
      marked: true,
    })
  })
  it("JIS C 6226 and the long form of ESC $ B", () => {
    assert.deepEqual(decode("\\ISO 2022 IR 87", `1b2440 ${YAMADA} ${B}`), { text: "山田", marked: true })
    assert.deepEqual(decode("\\ISO 2022 IR 87", `1b242842 ${YAMADA} ${B}`), { text: "山田", marked: true })
  })
  it("the CP932 characters 髙, 﨑 and ① inside IR 87", () => {
    assert.deepEqual(decode("\\ISO 2022 IR 87", `${J} 7c62 7975 2d21 ${B}`), { text: "髙﨑①", marked: true })
  })
  it("髙 in undeclared Shift_JIS, by either of its codes", () => {
    assert.equal(decode("", "fbfc eee0").text, "髙髙")
  })
  it("a vendor character becomes a geta mark", () => {
    assert.deepEqual(decode("", "f040 8e52"), { text: `${GETA}山`, marked: true })
    assert.deepEqual(decode("\\ISO 2022 IR 87", `${J} 7f21`.replace("7f21", "7521") + B), {
      text: GETA,
      marked: true,
    })
  })
  it("misspelt and unknown terms", () => {
    assert.deepEqual(decode("ISO IR 192", "e5b1b1"), { text: "山", marked: true })
    assert.deepEqual(decode("UTF-8", "e5b1b1"), { text: "山", marked: true })
    assert.deepEqual(decode("ISO_IR 999", "e5b1b1"), { text: "山", marked: true })
    assert.deepEqual(decode("ISO_IR 999", '"plain"'), { text: "plain", marked: false })
    assert.deepEqual(decode("ISO 2022 IR 87", `${J} ${YAMADA} ${B}`), { text: "山田", marked: true })
  })
  it("Shift_JIS or ISO 2022 under a UTF-8 label", () => {
    assert.deepEqual(decode("ISO_IR 192", "8e529363"), { text: "山田", marked: true })
    assert.deepEqual(decode("ISO_IR 192", `${J} ${YAMADA} ${B}`), { text: "山田", marked: true })
  })
  it("never throws, whatever the bytes", () => {
    const terms = fc.constantFrom(
      "",
      "\\ISO 2022 IR 87",
      "ISO 2022 IR 13\\ISO 2022 IR 87",
      "\\ISO 2022 IR 149",
      "ISO_IR 192",
      "GBK",
      "ISO_IR 166",
    )
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x1b, 0x24, 0x28, 0x42, 0x5c, 0x5e))
    fc.assert(
      fc.property(terms, fc.array(byte, { maxLength: 60 }), (charset, bytes) => {
        const { text } = textDecoder(charset === "" ? [] : charset.split("\\"))(
          Uint8Array.from(bytes),
          "\\^=",
        )
        assert.equal(typeof text, "string")
      }),
      { numRuns: 2000 },
    )
  })
})

describe("person names, PS3.5 6.2.1", () => {
  it("have three groups of five components", () => {
    const name = parsePersonName("Yamada^Tarou^^Dr^Jr=山田^太郎=やまだ^たろう")
    assert.deepEqual(name.alphabetic, {
      familyName: "Yamada",
      givenName: "Tarou",
      middleName: "",
      prefix: "Dr",
      suffix: "Jr",
    })
    assert.equal(displayName(name), "山田 太郎")
    assert.equal(phoneticName(name), "やまだ たろう")
  })
  it("are shown by what there is", () => {
    assert.equal(displayName(parsePersonName("Yamada^Tarou")), "Yamada Tarou")
    assert.equal(displayName(parsePersonName("==やまだ")), "やまだ")
    assert.equal(displayName(parsePersonName("")), "")
  })
})

describe("character sets of foreign files", () => {
  const shared = process.env.DOKUEI_SHARED
  const names: Readonly<Record<string, string>> = {
    "charset/chrArab.dcm": "قباني^لنزار",
    "charset/chrFren.dcm": "Buc^Jérôme",
    "charset/chrFrenMulti.dcm": "Buc^Jérôme",
    "charset/chrGerm.dcm": "Äneas^Rüdiger",
    "charset/chrGreek.dcm": "Διονυσιος",
    "charset/chrH31.dcm": "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "charset/chrH32.dcm": "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    "charset/chrHbrw.dcm": "שרון^דבורה",
    "charset/chrI2.dcm": "Hong^Gildong=洪^吉洞=홍^길동",
    "charset/chrJapMulti.dcm": "やまだ^たろう",
    "charset/chrKoreanMulti.dcm": "김희중",
    "charset/chrRuss.dcm": "Люкceмбypг",
    "charset/chrX1.dcm": "Wang^XiaoDong=王^小東=",
    "charset/chrX2.dcm": "Wang^XiaoDong=王^小东=",
    "synthetic/jp_utf8_full.dcm": "Takasaki^Yoshino=髙﨑^𠮷野=たかさき^よしの",
    "synthetic/jp_sjis_undeclared.dcm": "表^太郎",
    "synthetic/jp_ir87_no_return_escape.dcm": "Suzuki^Jiro=鈴木^次郎",
    "synthetic/jp_ir13_only_kana.dcm": "ｻﾄｳ^ｲﾁﾛｳ",
  }
  for (const [file, expected] of Object.entries(names))
    it(file, function () {
      const path = join(shared ?? "", "dicom", file)
      if (shared === undefined || !existsSync(path)) {
        console.log(`skipped: DOKUEI_SHARED is not set, so there is no ${file}`)
        this.skip()
      }
      const { dataSet } = readPart10(readFileSync(path))
      const decoded = dataSet.decoded("PatientName")!
      assert.doesNotMatch(decoded.text, /[\uFFFD〓]/)
      assert.equal(decoded.text, expected)
    })
})
