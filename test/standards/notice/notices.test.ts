import assert from "node:assert/strict"
import {
  acknowledgementSentence,
  readAcknowledgement,
  writeAcknowledgement,
  type Acknowledgement,
} from "../../../gateway/standards/notice/acknowledgement.ts"
import {
  deletionSentence,
  isBeyondBackups,
  readDeletionCertificate,
  writeDeletionCertificate,
  type DeletionCertificate,
} from "../../../gateway/standards/notice/deletion-certificate.ts"
import { readRefusal, writeRefusal, type Refusal } from "../../../gateway/standards/notice/refusal.ts"
import { readRecall, writeRecall, type Recall } from "../../../gateway/standards/notice/recall.ts"
import {
  readAnnouncement,
  writeAnnouncement,
  type Announcement,
} from "../../../gateway/standards/notice/announcement.ts"
import { localTime } from "../../../gateway/standards/notice/local-time.ts"

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted
const bent = (bytes: Uint8Array, from: string | RegExp, to: string) => {
  const text = new TextDecoder().decode(bytes)
  const changed = text.replace(from, to)
  assert.notEqual(changed, text, "the sample holds what the test bends")
  return new TextEncoder().encode(changed)
}

const ACKNOWLEDGEMENT: Acknowledgement = {
  documentId: "2.25.11",
  kind: "received",
  reportDocumentId: "2.25.12",
  reportSetId: "2.25.13",
  reportVersion: 2,
  StudyInstanceUID: "1.2.392.200036.9999.1",
  requestNumber: "R-20261125-0091",
  by: { id: "mina", name: "窓口 三奈" },
  institution: { oid: "1.2.392.1", name: "みほん市民病院" },
  at: "2026-11-25T05:15:00Z",
  remark: "",
}

const CERTIFICATE: DeletionCertificate = {
  documentId: "2.25.21",
  StudyInstanceUID: "1.2.392.200036.9999.1",
  requestNumber: "R-20261125-0091",
  what: "images",
  reason: "term",
  method: "key-destruction",
  readBack: true,
  epoch: 7,
  destroyedAt: "2026-12-25T05:15:00Z",
  backupsUntil: "2027-01-29",
  counts: { objects: 320, bytes: 168_000_000 },
  submissions: [
    {
      uniqueId: "2.25.22",
      objects: [
        { id: "1.2.3.1", sha256: "1".repeat(64) },
        { id: "1.2.3.2", sha256: "2".repeat(64) },
      ],
    },
  ],
  copiesOutsideControl: ["みほん市民病院のPACS", "読影医の印刷物"],
  by: { oid: "1.2.392.2", name: "想定遠隔読影センター" },
  owner: { oid: "1.2.392.1", name: "みほん市民病院" },
}

describe("acknowledgement", () => {
  it("reads back as it was written, each kind", () => {
    for (const kind of ["received", "seen", "acted"] as const) {
      const notice = {
        ...ACKNOWLEDGEMENT,
        kind,
        remark: kind === "acted" ? "入院とした。\n 再検 <明朝>" : "",
      }
      assert.deepEqual(readAcknowledgement(writeAcknowledgement(notice)), notice)
    }
  })

  it("refuses unknown, missing and ill-shaped parts", () => {
    const bytes = writeAcknowledgement(ACKNOWLEDGEMENT)
    assert.throws(() => readAcknowledgement(bent(bytes, "<By", "<Not/><By")), code("NOTICE_UNKNOWN"))
    assert.throws(() => readAcknowledgement(bent(bytes, "<By", '<By not="1"')), code("NOTICE_UNKNOWN"))
    assert.throws(() => readAcknowledgement(bent(bytes, /<By[^>]*>/, "")), code("NOTICE_INCOMPLETE"))
    assert.throws(() => readAcknowledgement(bent(bytes, '"received"', '"refused"')), code("NOTICE_VALUE"))
    assert.throws(() => readAcknowledgement(bent(bytes, 'version="2"', 'version="-2"')), code("NOTICE_VALUE"))
    assert.throws(() => readAcknowledgement(writeDeletionCertificate(CERTIFICATE)), code("NOTICE_UNKNOWN"))
  })

  it("is a sentence in two languages", () => {
    assert.equal(
      acknowledgementSentence(ACKNOWLEDGEMENT, "ja", "Asia/Tokyo"),
      "みほん市民病院の窓口 三奈が、報告書第2版を受領しました（2026-11-25 14:15 JST）。",
    )
    assert.equal(
      acknowledgementSentence({ ...ACKNOWLEDGEMENT, kind: "acted" }, "en", "UTC"),
      "Version 2 of the report was acted upon by 窓口 三奈, みほん市民病院, at 2026-11-25 05:15 UTC.",
    )
  })
})

describe("deletion certificate", () => {
  it("reads back as it was written", () => {
    for (const certificate of [
      CERTIFICATE,
      { ...CERTIFICATE, readBack: false, backupsUntil: null, submissions: [], copiesOutsideControl: [] },
      { ...CERTIFICATE, what: "texts" as const },
    ])
      assert.deepEqual(readDeletionCertificate(writeDeletionCertificate(certificate)), certificate)
  })

  it("never names more objects than it counts, nor a count that is none", () => {
    const counts = (objects: number) => ({ ...CERTIFICATE, counts: { objects, bytes: 1 } })
    for (const objects of [1, -1, 2.5, Number.NaN])
      assert.throws(() => writeDeletionCertificate(counts(objects)), code("NOTICE_VALUE"), String(objects))
  })

  it("names the 4,000 objects of a large study, and never a name that is no digest", () => {
    const objects = Array.from({ length: 4_000 }, (_, index) => ({
      id: `1.2.392.200036.9116.2.6.1.48.1214834115.1486205112.${100_000 + index}`,
      sha256: index.toString(16).padStart(64, "0"),
    }))
    const large = {
      ...CERTIFICATE,
      counts: { objects: 4_000, bytes: 1 },
      submissions: [{ uniqueId: "2.25.22", objects }],
    }
    const bytes = writeDeletionCertificate(large)
    assert.ok(bytes.length < 1024 * 1024, `${bytes.length} bytes`)
    assert.deepEqual(readDeletionCertificate(bytes), large)
    const none = {
      ...large,
      submissions: [{ uniqueId: "2.25.22", objects: [{ id: "1.2", sha256: "山田" }] }],
    }
    assert.throws(() => writeDeletionCertificate(none), code("NOTICE_VALUE"))
  })

  it("refuses what it does not know: it may say not", () => {
    const bytes = writeDeletionCertificate(CERTIFICATE)
    assert.throws(
      () => readDeletionCertificate(bent(bytes, "<Object ", '<Object kept="true" ')),
      code("NOTICE_UNKNOWN"),
    )
    assert.throws(() => readDeletionCertificate(bent(bytes, "<By", "<Except/><By")), code("NOTICE_UNKNOWN"))
    assert.throws(
      () => readDeletionCertificate(bent(bytes, "key-destruction", "unlink")),
      code("NOTICE_VALUE"),
    )
  })

  it("says erased online until the last backup is gone, and only with a read-back", () => {
    assert.equal(isBeyondBackups(CERTIFICATE, "2027-01-29"), false)
    assert.equal(isBeyondBackups(CERTIFICATE, "2027-01-30"), true)
    assert.equal(isBeyondBackups({ ...CERTIFICATE, backupsUntil: null }, "2026-12-25"), true)
    assert.equal(isBeyondBackups({ ...CERTIFICATE, readBack: false }, "2099-01-01"), false)
  })

  it("is plain words in two languages", () => {
    assert.equal(
      deletionSentence(CERTIFICATE, "ja", "Asia/Tokyo", "2026-12-26"),
      "想定遠隔読影センターは2026-12-25 14:15 JSTに320件の鍵を破棄し、データを削除しました。鍵の消去は読み戻して確かめました。" +
        "2027-01-29まではバックアップから開ける可能性があるため、「オンラインで消去」の状態です。" +
        "管理の及ばない写し：みほん市民病院のPACS、読影医の印刷物。",
    )
    const late = deletionSentence({ ...CERTIFICATE, copiesOutsideControl: [] }, "en", "UTC", "2027-02-01")
    assert.equal(
      late,
      "想定遠隔読影センター destroyed the keys of 320 objects at 2026-12-25 05:15 UTC and removed the data. The erased keys were read back.",
    )
    const unread = { ...CERTIFICATE, readBack: false, copiesOutsideControl: [] }
    const words = deletionSentence(unread, "en", "UTC", "2027-02-01")
    assert.match(words, /could not be read back/)
  })
})

describe("local time", () => {
  it("is that of the place, across midnight", () => {
    assert.equal(localTime("2026-11-25T15:00:00Z", "Asia/Tokyo"), "2026-11-26 00:00 JST")
    assert.equal(localTime("2026-11-25T15:00:00+09:00", "UTC"), "2026-11-25 06:00 UTC")
  })
})

describe("refusal notice", () => {
  const REFUSAL: Refusal = {
    documentId: "2.25.31",
    submissionSetUid: "2.25.32",
    code: "ERR_CONTENT",
    tests: ["revocation", "seal.path"],
    by: { oid: "1.2.392.100495.20.3.999.2", name: "想定遠隔読影センター" },
    at: "2026-11-25T05:15:00Z",
  }

  it("reads back as it was written, with or without tests", () => {
    for (const refusal of [REFUSAL, { ...REFUSAL, tests: [] }])
      assert.deepEqual(readRefusal(writeRefusal(refusal)), refusal)
  })

  it("holds codes and no sentences: a name would be patient data", () => {
    for (const bad of [{ code: "Yamada Taro" }, { tests: ["the name 山田"] }, { submissionSetUid: "R-1" }])
      assert.throws(() => writeRefusal({ ...REFUSAL, ...bad }), code("NOTICE_VALUE"))
    const many = Array.from({ length: 65 }, (_, index) => `t${index}`)
    assert.throws(() => writeRefusal({ ...REFUSAL, tests: many }), code("NOTICE_VALUE"))
    assert.throws(
      () => readRefusal(bent(writeRefusal(REFUSAL), "<Test ", '<Test patient="x" ')),
      code("NOTICE_UNKNOWN"),
    )
  })
})

describe("recall", () => {
  const RECALL: Recall = {
    documentId: "2.25.41",
    StudyInstanceUID: "1.2.392.200036.9999.1",
    requestNumber: "R-20261125-0091",
    reason: "別の患者の検査を送った",
    by: { id: "mina", name: "窓口 三奈" },
    institution: { oid: "1.2.392.1", name: "みほん市民病院" },
    at: "2026-11-25T05:15:00Z",
  }

  it("reads back as it was written", () => {
    assert.deepEqual(readRecall(writeRecall(RECALL)), RECALL)
  })

  it("gives its reason, and holds nothing it does not know", () => {
    assert.throws(() => writeRecall({ ...RECALL, reason: " " }), code("NOTICE_VALUE"))
    assert.throws(
      () => readRecall(bent(writeRecall(RECALL), "<Study ", '<Study patient="x" ')),
      code("NOTICE_UNKNOWN"),
    )
    assert.throws(
      () => readRecall(bent(writeRecall(RECALL), /<Reason>.*<\/Reason>/, "")),
      code("NOTICE_INCOMPLETE"),
    )
  })
})

describe("announcement", () => {
  const ANNOUNCEMENT: Announcement = {
    documentId: "2.25.61",
    StudyInstanceUID: "1.2.392.200036.9999.1",
    delivery: "5f0c9d1e",
    images: 1200,
    urgency: "STAT",
    requestedAt: "2026-11-25T05:15:00Z",
    dueAt: "2026-11-25T06:15:00Z",
  }

  it("reads back as it was written, and refuses what it does not know", () => {
    const bytes = writeAnnouncement(ANNOUNCEMENT)
    assert.deepEqual(readAnnouncement(bytes), ANNOUNCEMENT)
    assert.throws(() => readAnnouncement(bent(bytes, "<Request", "<Not/><Request")), code("NOTICE_UNKNOWN"))
    assert.throws(() => readAnnouncement(bent(bytes, /<Request[^>]*>/, "")), code("NOTICE_INCOMPLETE"))
    assert.throws(() => readAnnouncement(bent(bytes, '"STAT"', '"SOON"')), code("NOTICE_VALUE"))
    assert.throws(() => readAnnouncement(bent(bytes, '"1200"', '"-1"')), code("NOTICE_VALUE"))
  })
})
