/**
 * What to do about each light of the technician's page, in Japanese and English, by the code of errors.ts or a name of
 * our own. `docs/what-to-do.md` is printed from it. `{about}` is the device, partner or certificate, `{n}` a number.
 *
 * Each says what is, what is safe, and then the steps: the first is what the person at the machine can do.
 */
import type { TurnedAwayWhy } from "./door-book.ts"
import type { ErrorCode } from "../errors.ts"

export interface Advice {
  /** What is. */
  readonly title: string
  /** What is safe, or what it means. */
  readonly note: string
  readonly steps: readonly string[]
}
export interface Said {
  readonly ja: Advice
  readonly en: Advice
}

const said = (
  ja: readonly [title: string, note: string, ...steps: string[]],
  en: readonly [title: string, note: string, ...steps: string[]],
): Said => ({ ja: advice(ja), en: advice(en) })
const advice = ([title, note, ...steps]: readonly [string, string, ...string[]]): Advice => ({
  title,
  note,
  steps,
})

const KEPT_JA = "撮影と保管は続いています。画像は失われません。"
const KEPT_EN = "Scanning and storing go on. No image is lost."
const PEOPLE_JA = "依頼は出せます。医師は、前に読み込んだ職員名簿から選ぶか、そのまま入力してください。"
const PEOPLE_EN = "Requests can be sent. Physicians are chosen as the directory was read last, or written."

/** Lights that are no error code. */
export type LightName =
  | "frozen"
  | "disk-low"
  | "disk-refusing"
  | "disk-full"
  | "spool-rot"
  | "not-sent"
  | "not-delivered"
  | "road-home-down"
  | "road-home-refused"
  | "road-home-replaced"
  | "hospital-away"
  | "hospital-unreachable"
  | "hospital-failing"
  | "hospital-not-sent"
  | "commitments-waiting"
  | "certificate-ask"
  | "certificate-soon"
  | "certificate-expired"
  | "list-stale"
  | "list-ending"
  | "list-unreadable"
  | "time-stamp-other"
  | "signature-late"
  | "audit-waiting"
  | "collector-behind"
  | "step-failing"
  | "images-refused"
  | TurnedAwayWhy

/** Codes of errors.ts a system we call may fail with. */
type CallCode = Extract<
  ErrorCode,
  | `ERR_SUBMISSION_${string}`
  | `ERR_TIMESTAMP_${string}`
  | `ERR_CLOCK_${string}`
  | `ERR_ASSOCIATION_${string}`
  | `ERR_DIMSE_${string}`
  | `ERR_DIRECTORY_${string}`
>
export type LightCode = LightName | CallCode

export const ADVICE: Readonly<Record<LightCode, Said>> = {
  frozen: said(
    [
      "凍結中です（閲覧のみ）",
      "いまある画像と報告書は見られます。受信・署名・送信・削除は止まっています。装置は画像を持ったまま、あとで送り直します。",
      "装置から画像を消さないでください。",
      "急ぎの読影は、電話と紙で依頼してください。",
      "解除は、凍結した人に確かめてから行います：dokuei freeze FILE --end",
    ],
    [
      "Frozen: read only",
      "Images and reports that are here can be seen. Receiving, signing, sending and deleting stand still. Devices keep their images and send them again later.",
      "Delete no image on a device.",
      "Ask for urgent readings by telephone and on paper.",
      "Whoever froze it says when it ends: dokuei freeze FILE --end",
    ],
  ),
  "disk-low": said(
    [
      "保管庫の空きが少なくなっています",
      "受信はまだ続きます。",
      "システム管理者に連絡し、空きを増やしてください",
      "送信待ちの検査があれば、先に回線を確かめてください",
    ],
    [
      "The disk is getting full",
      "Images are still taken.",
      "Tell the system administrator to make room",
      "If studies wait to be sent, look at the line first",
    ],
  ),
  "disk-refusing": said(
    [
      "通常の画像を受け取れません（保管庫の空き不足）",
      "緊急の装置と緊急依頼の画像、報告書は受け取っています。すでに届いた画像は失われません。",
      "すぐにシステム管理者へ電話してください",
      "装置に残った画像は、空きが戻ったあと装置から送り直してください。再起動は要りません",
    ],
    [
      "Routine images are refused: the disk is nearly full",
      "Urgent devices, studies asked for as STAT, and reports are still taken. What has arrived is safe.",
      "Call the system administrator now",
      "Send what stayed on the device again when there is room; no restart is needed",
    ],
  ),
  "disk-full": said(
    [
      "画像を受け取れません（保管庫が満杯）",
      "すでに届いた画像は失われません。",
      "すぐにシステム管理者へ電話してください",
      "緊急の検査は、紙と電話で読影センターへ知らせてください",
      "空きが戻れば受信は自動で再開します",
    ],
    [
      "No image is taken: the disk is full",
      "What has arrived is safe.",
      "Call the system administrator now",
      "Tell the reading centre of urgent studies by telephone",
      "Taking resumes by itself when there is room",
    ],
  ),
  "spool-rot": said(
    [
      "保管中のデータに読めない箇所があります（{n}か所）",
      "読めない画像は送信も表示もされません。",
      "システム管理者へ連絡し、ディスクを点検してください",
      "該当する検査は装置またはPACSから送り直してください",
    ],
    [
      "{n} {n|place|places} in the store cannot be read",
      "What cannot be read is neither sent nor shown.",
      "Tell the system administrator to check the disk",
      "Send the studies again from the device or the PACS",
    ],
  ),
  "not-sent": said(
    [
      "{about}へ送れなかったものがあります（{n}件）",
      "画像は保管済みです。自動では再送されません。",
      "依頼一覧で「要対応」を開き、理由を読んでください",
      "直してから「もう一度送る」を押してください",
      "急ぐときは読影センターへ電話してください",
    ],
    [
      "{n} {n|item|items} could not be sent to {about}",
      "The images are stored. They are not sent again by themselves.",
      "Open “To do” in the list of requests and read the reason",
      "Put it right, then press “Send again”",
      "If it is urgent, call the reading centre",
    ],
  ),
  "not-delivered": said(
    [
      "PACSに格納できない報告書があります（{n}件）",
      "報告書はこの画面の「依頼一覧」で読めます。",
      "PACSの担当者に理由を伝えてください",
      "直らない間は、報告書を印刷して届けてください",
    ],
    [
      "{n} {n|report|reports} could not be stored in the PACS",
      "The reports can be read in the list of requests.",
      "Tell whoever looks after the PACS",
      "Print the reports until it is put right",
    ],
  ),
  "road-home-down": said(
    [
      "{about}からの報告書用の接続が切れています",
      "画像の送信は続いています。報告書は{about}で待ち、つながり次第届きます。何も失われません。",
      "ルーターとネットワークの表示を見てください",
      "急ぐ報告書は{about}へ電話で尋ねてください",
      "続くときはシステム管理者に、長い接続を切る機器（ファイアウォール、プロキシ）がないか見てもらってください",
    ],
    [
      "The road home from {about} is not connected",
      "Images still leave. Reports wait at {about} and come as soon as it is. Nothing is lost.",
      "Look at the router and the network",
      "If a report is urgent, call {about}",
      "If it lasts, ask the system administrator for what may end long connections (a firewall, a proxy)",
    ],
  ),
  "road-home-refused": said(
    [
      "{about}が報告書用の接続を断っています",
      "画像の送信は続いています。報告書は{about}で待ちます。何も失われません。",
      "{about}へ電話し、契約の設定 roadHome が両方で held か確かめてください",
      "急ぐ報告書は電話で尋ねてください",
    ],
    [
      "{about} refuses the road home",
      "Images still leave. Reports wait at {about}. Nothing is lost.",
      "Call {about}: roadHome must be held in the agreement at both sides, and the agreement in force",
      "Ask for urgent reports by telephone",
    ],
  ),
  "road-home-replaced": said(
    [
      "別の装置が同じ証明書で{about}につながっています",
      "報告書はもう一方の装置に届くことがあります。",
      "予備機や入れ替え前のゲートウェイが動いていれば、止めてください",
      "心当たりがなければ、証明書が漏れたおそれがあります。すぐにシステム管理者へ電話してください",
    ],
    [
      "Another gateway is connected to {about} with our certificate",
      "Reports may reach the other one.",
      "If a spare gateway or the one before this still runs, stop it",
      "If nobody knows of one, the key may have been stolen: call the system administrator now",
    ],
  ),
  "hospital-away": said(
    [
      "{about}がつながっていません",
      "送るのを待っているもの：{n}件。つながり次第、自動で届きます。何も失われません。",
      "急ぐ所見は{about}へ電話で伝えてください",
      "{about}へ電話し、ゲートウェイとルーターの電源が入っているか見てもらってください",
      "動いているなら、{about}の画面「装置と回線」の案内に従ってもらってください",
    ],
    [
      "{about} is not connected",
      "{n} {n|item waits|items wait} here and {n|goes|go} by {n|itself|themselves} as soon as it is. Nothing is lost.",
      "Tell urgent findings to {about} by telephone",
      "Call {about}: are its gateway and its router switched on?",
      "If they are, ask them to follow the page “Devices and line” there",
    ],
  ),
  "hospital-unreachable": said(
    [
      "{about}に接続できません",
      "送るのを待っているもの：{n}件。つながり次第、自動で届きます。何も失われません。",
      "急ぐ所見は{about}へ電話で伝えてください",
      "ほかの病院へも届いていなければ、こちらの回線を見てください",
      "{about}だけなら電話し、ゲートウェイと回線を見てもらってください",
    ],
    [
      "{about} cannot be reached",
      "{n} {n|item waits|items wait} here and {n|goes|go} by {n|itself|themselves} as soon as it can. Nothing is lost.",
      "Tell urgent findings to {about} by telephone",
      "If other hospitals get nothing either, look at our own line",
      "If it is {about} alone, call them: their gateway or their line",
    ],
  ),
  "hospital-failing": said(
    [
      "{about}への送信が途中で止まっています",
      "送るのを待っているもの：{n}件。自動で送り直します。同じものが二度届くことはありません。",
      "急ぐ所見は{about}へ電話で伝えてください",
      "30分続くときは、右の「最後の失敗」の言葉をシステム管理者に伝えてください",
    ],
    [
      "Sending to {about} does not succeed",
      "{n} {n|item waits|items wait} here; it is tried again by itself. Nothing arrives twice.",
      "Tell urgent findings to {about} by telephone",
      "If it lasts half an hour, tell the system administrator what stands beside “Last failure”",
    ],
  ),
  "hospital-not-sent": said(
    [
      "{about}へ送れなかったものがあります（{n}件）",
      "報告書は保管済みです。自動では再送されません。",
      "読影リストで印のついた検査を開き、理由を読んで「もう一度送る」を押してください",
      "急ぐ所見は{about}へ電話で伝えてください",
    ],
    [
      "{n} {n|item|items} could not be sent to {about}",
      "Reports are stored. They are not sent again by themselves.",
      "Open the marked case in the work list, read the reason and press “Send again”",
      "Tell urgent findings to {about} by telephone",
    ],
  ),
  "commitments-waiting": said(
    [
      "保管確認（Storage Commitment）の返事を待っています（{n}件）",
      "装置の画像は、確認が済むまで消さないでください。",
      "PACSが動いているか確かめてください",
      "続くときはPACSの担当者へ連絡してください",
    ],
    [
      "{n} storage {n|commitment waits|commitments wait} for an answer",
      "Do not delete images on the device until they are confirmed.",
      "See whether the PACS is running",
      "If it lasts, tell whoever looks after the PACS",
    ],
  ),
  "certificate-ask": said(
    [
      "証明書の更新を申し込む時期です：{about}（あと{n}日）",
      "期限までは普段どおり動きます。",
      "システム管理者に、次の証明書を申し込むよう伝えてください",
    ],
    [
      "Time to apply for the next certificate: {about} ({n} {n|day|days} left)",
      "Everything works until then.",
      "Ask the system administrator to apply for it: it takes weeks, and the other side has to enter it",
    ],
  ),
  "certificate-soon": said(
    [
      "証明書を更新してください：{about}（あと{n}日）",
      "期限までは普段どおり動きます。",
      "システム管理者に更新を申し込んでください",
    ],
    [
      "Renew the certificate: {about} ({n} {n|day|days} left)",
      "Everything works until then.",
      "Ask the system administrator to renew it",
    ],
  ),
  "certificate-expired": said(
    [
      "証明書の期限が切れました：{about}",
      "受信と保管は続いています。送信か署名が止まります。",
      "すぐにシステム管理者へ電話してください",
    ],
    [
      "A certificate has expired: {about}",
      "Receiving and storing go on. Sending or signing stops.",
      "Call the system administrator now",
    ],
  ),
  "list-stale": said(
    [
      "失効リストが古くなっています：{about}",
      "届いた報告書の署名が「確認待ち」になります。",
      "システム管理者に失効リストの取得を確かめてもらってください",
    ],
    [
      "A revocation list is out of date: {about}",
      "Signatures of reports are shown as not yet certain.",
      "Ask the system administrator why no newer list was fetched",
    ],
  ),
  "list-ending": said(
    [
      "失効リストの期限が近づいています：{about}",
      "新しい失効リストが届かないと、まもなく報告書の署名が「確認待ち」になります。",
      "システム管理者に失効リストの取得を確かめてもらってください",
    ],
    [
      "A revocation list ends soon: {about}",
      "Unless a newer one comes, signatures of reports will be shown as not yet certain.",
      "Ask the system administrator why no newer list was fetched",
    ],
  ),
  "list-unreadable": said(
    [
      "失効リストが読めません：{about}",
      "このリストなしで署名を確かめています。",
      "システム管理者にファイルを入れ替えてもらってください",
    ],
    [
      "A revocation list cannot be read: {about}",
      "Signatures are judged without it.",
      "Ask the system administrator to replace the file",
    ],
  ),
  "audit-waiting": said(
    [
      "監査記録の書き込みが遅れています（{n}件以上）",
      "記録は失われません。",
      "システム管理者にディスクを確かめてもらってください",
    ],
    [
      "The audit trail lags behind ({n} or more entries)",
      "No entry is lost.",
      "Ask the system administrator to check the disk",
    ],
  ),
  "collector-behind": said(
    [
      "監査記録が {about} に届いていません（{n}件）",
      "記録はすべてこの装置に残っています。つながれば自動で送ります。",
      "システム管理者に、監査記録サーバーとそこまでの回線を確かめてもらってください",
    ],
    [
      "{n} audit {n|record has|records have} not reached {about}",
      "Every record is kept here. They are sent by themselves when it answers.",
      "Ask the system administrator to look at the audit record repository and the line to it",
    ],
  ),
  "step-failing": said(
    [
      "自動処理が繰り返し失敗しています（{n}件）：{about}",
      "画像は保管済みです。自動で再試行しています。",
      "この画面の表示をシステム管理者に伝えてください",
    ],
    [
      "{n} automatic {n|step keeps|steps keep} failing: {about}",
      "The images are stored. It is tried again by itself.",
      "Tell the system administrator what stands here",
    ],
  ),
  "images-refused": said(
    [
      "{about} の画像を受け取れませんでした",
      "受け取った画像は保管済みです。受け取れなかった画像は装置に残っています。",
      "装置の一覧で理由を読んでください",
      "装置から送り直してください",
      "同じ表示が続くときはシステム管理者へ",
    ],
    [
      "An image of {about} was not taken",
      "What was taken is safe. What was not is still on the device.",
      "Read the reason in the list of devices",
      "Send it again from the device",
      "If it is shown again, tell the system administrator",
    ],
  ),
  "tls-on-plain-port": said(
    [
      "{about} が暗号通信（TLS）で通常のポートを呼んでいます",
      "この装置からは受信できません。",
      "装置の送信先ポートをTLS用に直してください",
    ],
    [
      "{about} speaks TLS on the port in the clear",
      "Nothing is received from it.",
      "Set the device to our TLS port",
    ],
  ),
  "plain-on-tls-port": said(
    [
      "{about} が暗号なしでTLS用のポートを呼んでいます",
      "この装置からは受信できません。",
      "装置でTLSを有効にするか、送信先を通常のポートに直してください",
    ],
    [
      "{about} speaks in the clear on the TLS port",
      "Nothing is received from it.",
      "Switch TLS on at the device, or set it to our port in the clear",
    ],
  ),
  "not-dicom": said(
    [
      "{about} からDICOMではない通信が来ています",
      "受信には影響しません。",
      "心当たりがなければシステム管理者へ伝えてください",
    ],
    [
      "{about} speaks something that is not DICOM",
      "Receiving is not affected.",
      "If nobody knows why, tell the system administrator",
    ],
  ),
  "tls-handshake": said(
    [
      "{about} との暗号通信（TLS）が成り立ちません",
      "この装置からは受信できません。",
      "装置の証明書の期限を確かめてください",
      "システム管理者に認証局の設定（dicom.tls.ca）を確かめてもらってください",
    ],
    [
      "TLS with {about} fails",
      "Nothing is received from it.",
      "Look whether the device’s certificate has expired",
      "Ask the system administrator to compare it with dicom.tls.ca",
    ],
  ),
  "called-ae": said(
    [
      "{about} が違うAEタイトルを呼んでいます",
      "この装置からは受信できません。",
      "装置の送信先AEタイトルを下の表のとおりに直してください",
    ],
    [
      "{about} calls another AE title",
      "Nothing is received from it.",
      "Set the called AE title at the device as the table below says",
    ],
  ),
  "unknown-ae": said(
    [
      "登録のない装置が呼んでいます：{about}",
      "この装置からは受信できません。",
      "装置の送信元AEタイトルを確かめてください",
      "新しい装置なら、下の行を設定に加えるようシステム管理者に頼んでください",
    ],
    [
      "A device that is not registered calls: {about}",
      "Nothing is received from it.",
      "Check the calling AE title at the device",
      "If the device is new, ask the system administrator to add the line below",
    ],
  ),
  "wrong-address": said(
    [
      "{about} が登録と違うアドレスから呼んでいます",
      "この装置からは受信できません。",
      "装置のIPアドレスが変わっていないか確かめてください",
      "変わったなら、下の行を設定に加えるようシステム管理者に頼んでください",
    ],
    [
      "{about} calls from another address than registered",
      "Nothing is received from it.",
      "See whether the device’s IP address was changed",
      "If it was, ask the system administrator to add the line below",
    ],
  ),
  "wrong-key": said(
    [
      "{about} の証明書が登録と違います",
      "この装置からは受信できません。",
      "装置の証明書を入れ替えたか、暗号なしで呼んでいないか確かめてください",
      "入れ替えたなら、下の行を設定に加えるようシステム管理者に頼んでください",
    ],
    [
      "{about} shows another key than registered, or none",
      "Nothing is received from it.",
      "See whether its certificate was changed, or TLS switched off",
      "If it was changed, ask the system administrator to add the line below",
    ],
  ),
  "no-sender": said(
    [
      "STOW-RSで登録のない送信元が呼んでいます：{about}",
      "この送信元からは受信できません。",
      "送信側のトークンまたは証明書を確かめてください",
      "新しい送信元なら、設定の dicom.web.senders に加えるようシステム管理者に頼んでください",
    ],
    [
      "A sender that is not registered calls by STOW-RS: {about}",
      "Nothing is received from it.",
      "Check the token or certificate at the sender",
      "If it is new, ask the system administrator to add it under dicom.web.senders",
    ],
  ),
  crowded: said(
    [
      "同時接続が多すぎます：{about}",
      "装置は少し待って送り直します。",
      "続くときはシステム管理者に dicom.maxAssociations を見てもらってください",
    ],
    [
      "Too many associations at once: {about}",
      "The device tries again in a moment.",
      "If it lasts, ask the system administrator to look at dicom.maxAssociations",
    ],
  ),
  ERR_SUBMISSION_UNREACHABLE: said(
    [
      "{about}への送信が止まっています",
      KEPT_JA,
      "ルーターのVPN表示が緑か見てください",
      "消えていれば電源を入れ直し、3分待ってください",
      "戻らなければ保守窓口へ電話してください",
    ],
    [
      "Sending to {about} has stopped",
      KEPT_EN,
      "See whether the VPN light of the router is green",
      "If it is off, switch the router off and on and wait three minutes",
      "If that does not help, call the service desk",
    ],
  ),
  ERR_SUBMISSION_UNANSWERED: said(
    [
      "{about}への送信が途中で切れています",
      `${KEPT_JA}同じものが二度届くことはありません。`,
      "回線が不安定です。ルーターの表示を見てください",
      "続くときは保守窓口へ電話してください",
    ],
    [
      "Sending to {about} breaks off",
      `${KEPT_EN} Nothing arrives twice.`,
      "The line is unsteady: look at the router",
      "If it lasts, call the service desk",
    ],
  ),
  ERR_SUBMISSION_TLS: said(
    [
      "{about}と安全に接続できません（証明書）",
      KEPT_JA,
      "読影センターへ電話し、証明書を替えたか尋ねてください",
      "システム管理者に登録（tlsPins）を確かめてもらってください",
    ],
    [
      "No secure connection to {about}: the certificate does not fit",
      KEPT_EN,
      "Call the reading centre and ask whether it changed its certificate",
      "Ask the system administrator to compare tlsPins",
    ],
  ),
  ERR_SUBMISSION_BUSY: said(
    [
      "{about}が混み合っています",
      `${KEPT_JA}自動で送り直します。`,
      "30分続くときは読影センターへ電話してください",
    ],
    [
      "{about} is busy",
      `${KEPT_EN} It is tried again by itself.`,
      "If it lasts half an hour, call the reading centre",
    ],
  ),
  ERR_SUBMISSION_REFUSED: said(
    [
      "{about}が受け取りを拒みました",
      "画像は保管済みです。自動では再送されません。",
      "依頼一覧で理由を読み、読影センターへ電話してください",
    ],
    [
      "{about} refused what was sent",
      "The images are stored. They are not sent again by themselves.",
      "Read the reason in the list of requests and call the reading centre",
    ],
  ),
  ERR_SUBMISSION_UNVERIFIED: said(
    [
      "{about}の検証に通りませんでした",
      "画像は保管済みです。自動では再送されません。",
      "依頼一覧で理由を読み、読影センターとシステム管理者へ伝えてください",
    ],
    [
      "What was sent did not pass verification at {about}",
      "The images are stored. They are not sent again by themselves.",
      "Read the reason in the list of requests and tell the reading centre and the system administrator",
    ],
  ),
  ERR_TIMESTAMP_UNAVAILABLE: said(
    [
      "時刻認証局が答えません",
      `${KEPT_JA}答えるまで、新しい検査の荷造りを待ちます。`,
      "外への回線が通じているか見てください",
      "通じているならシステム管理者へ連絡してください",
    ],
    [
      "The time-stamp authority does not answer",
      `${KEPT_EN} New studies wait to be packed until it does.`,
      "See whether the line to the outside is up",
      "If it is, tell the system administrator",
    ],
  ),
  ERR_TIMESTAMP_INVALID: said(
    [
      "時刻認証局の答えが正しくありません",
      KEPT_JA,
      "システム管理者に timeStamp.url と trust.tsaRoots を確かめてもらってください",
    ],
    [
      "The time-stamp authority answers what does not check",
      KEPT_EN,
      "Ask the system administrator to compare timeStamp.url and trust.tsaRoots",
    ],
  ),
  "time-stamp-other": said(
    [
      "時刻認証局 {about} が答えません",
      "別の時刻認証局で続けています。",
      "続くようならシステム管理者に伝えてください",
    ],
    [
      "The time-stamp authority {about} does not answer",
      "Another one answers in its place.",
      "If it stays so, tell the system administrator",
    ],
  ),
  "signature-late": said(
    [
      "署名か時刻認証が24時間を過ぎても済んでいない報告書があります（{n}件）",
      "届いている報告書は読めます。時刻認証がないまま署名者の証明書が失効すると、有効な署名と認められなくなります。",
      "依頼一覧で該当する依頼を開き、いつからか確かめてください",
      "報告書を作成した読影センターへ電話し、時刻認証局への接続を見てもらってください",
      "時刻認証が届けば自動で消えます。続くときはシステム管理者に伝えてください",
    ],
    [
      "{n} {n|report has|reports have} waited more than 24 hours for a signature or its time stamp",
      "What has arrived can be read. If the signer’s certificate is revoked before there is a time stamp, the signature will not count.",
      "Open the request in the list of requests and see since when",
      "Call the reading centre that wrote the report: can it reach its time-stamp authority?",
      "The light goes out by itself when the time stamp comes. If it stays, tell the system administrator",
    ],
  ),
  ERR_CLOCK_OFF: said(
    [
      "このゲートウェイの時計がずれています",
      `${KEPT_JA}時計が合うまで、署名と新しい検査の送信を待ちます。`,
      "すぐにシステム管理者へ電話してください",
      "時計が合えば自動で再開します。再起動は要りません",
    ],
    [
      "The clock of this gateway is wrong",
      `${KEPT_EN} Signing, and with it the sending of new studies, waits until it is right.`,
      "Call the system administrator now",
      "It goes on by itself when the clock is right; no restart is needed",
    ],
  ),
  ERR_CLOCK_UNKNOWN: said(
    [
      "このゲートウェイの時計を確かめられません",
      `${KEPT_JA}確かめられるまで、署名と新しい検査の送信を待ちます。`,
      "院内ネットワークと、外への回線が通じているか見てください",
      "通じているならシステム管理者に、時刻同期（chrony）を確かめてもらってください",
    ],
    [
      "Nobody can say whether the clock of this gateway is right",
      `${KEPT_EN} Signing, and with it the sending of new studies, waits until somebody can.`,
      "See whether the hospital's network and the line to the outside are up",
      "If they are, ask the system administrator to look at the time service (chrony)",
    ],
  ),
  ERR_DIRECTORY_UNREACHABLE: said(
    [
      "職員名簿（{about}）を読めません",
      `${PEOPLE_JA}数分ごとに自動で読み直します。`,
      "院内ネットワークが通じているか見てください",
      "通じているならシステム管理者に、職員名簿のサーバー（LDAP）と directory.url・ca を確かめてもらってください",
    ],
    [
      "The directory {about} cannot be read",
      `${PEOPLE_EN} It is read again by itself every few minutes.`,
      "See whether the hospital's network is up",
      "If it is, ask the system administrator to look at the directory server (LDAP), directory.url and ca",
    ],
  ),
  ERR_DIRECTORY_REFUSED: said(
    [
      "職員名簿（{about}）が読み取りを断っています",
      PEOPLE_JA,
      "システム管理者に directory の bindDn・passwordFile・base・filter を確かめてもらってください",
    ],
    [
      "The directory {about} refuses to be read",
      PEOPLE_EN,
      "Ask the system administrator to check bindDn, passwordFile, base and filter of directory",
    ],
  ),
  ERR_DIRECTORY_EMPTY: said(
    [
      "職員名簿（{about}）に、使える人が見つかりません",
      PEOPLE_JA,
      "システム管理者に、directory.filter と attributes、読み取り用アカウントの権限を確かめてもらってください",
    ],
    [
      "The directory {about} shows nobody who can be chosen",
      PEOPLE_EN,
      "Ask the system administrator to check directory.filter and attributes, and what the account may read",
    ],
  ),
  ERR_DIRECTORY_UNREADABLE: said(
    [
      "職員名簿（{about}）の答えが正しくありません",
      PEOPLE_JA,
      "システム管理者に directory.url を確かめてもらってください。別のサーバーが答えているかもしれません",
      "職員が2万人を超えるなら、base か filter で絞ってください",
    ],
    [
      "What answers as the directory {about} cannot be read",
      PEOPLE_EN,
      "Ask the system administrator to check directory.url: it may be another server that answers",
      "With more than 20,000 people, narrow base or filter",
    ],
  ),
  ERR_ASSOCIATION_ADDRESS: said(
    [
      "{about} の呼び先が設定されていません",
      "受信には影響しません。",
      "システム管理者に host と port の設定を頼んでください",
    ],
    [
      "Nobody has told us where to call {about}",
      "Receiving is not affected.",
      "Ask the system administrator to enter host and port",
    ],
  ),
  ERR_ASSOCIATION_UNREACHABLE: said(
    [
      "{about} につながりません",
      "受信した画像は保管済みです。自動で再試行します。",
      "{about} の電源とネットワークのケーブルを見てください",
      "動いているなら、IPアドレスとポートをシステム管理者と確かめてください",
    ],
    [
      "{about} cannot be reached",
      "What was received is stored. It is tried again by itself.",
      "See whether {about} is switched on and its network cable plugged in",
      "If it is running, check address and port with the system administrator",
    ],
  ),
  ERR_ASSOCIATION_TLS: said(
    [
      "{about} と安全に接続できません（証明書）",
      "受信した画像は保管済みです。",
      "システム管理者に両方の証明書を確かめてもらってください",
    ],
    [
      "No secure connection to {about}: the certificate does not fit",
      "What was received is stored.",
      "Ask the system administrator to compare the certificates of both sides",
    ],
  ),
  ERR_ASSOCIATION_BUSY: said(
    [
      "{about} が混み合っています",
      "自動で再試行します。",
      "長く続くときは {about} の担当者へ連絡してください",
    ],
    ["{about} is busy", "It is tried again by itself.", "If it lasts, tell whoever looks after {about}"],
  ),
  ERR_ASSOCIATION_REJECTED: said(
    [
      "{about} に接続を断られました",
      "受信した画像は保管済みです。",
      "{about} の設定に、このゲートウェイのAEタイトルがあるか確かめてください",
    ],
    [
      "{about} rejects our association",
      "What was received is stored.",
      "See whether {about} knows the AE title of this gateway",
    ],
  ),
  ERR_ASSOCIATION_CONTEXT: said(
    [
      "{about} がこの種類のデータを受け付けません",
      "報告書は依頼一覧で読めます。",
      "{about} の担当者にSOP Classの設定を頼んでください",
    ],
    [
      "{about} does not take this kind of object",
      "The reports can be read in the list of requests.",
      "Ask whoever looks after {about} to enable the SOP Class",
    ],
  ),
  ERR_ASSOCIATION_ENDED: said(
    [
      "{about} との通信が途中で切れています",
      "自動で再試行します。二重に格納されることはありません。",
      "{about} が動いているか見てください",
    ],
    [
      "The association with {about} breaks off",
      "It is tried again by itself. Nothing is stored twice.",
      "See whether {about} is running",
    ],
  ),
  ERR_ASSOCIATION_PROTOCOL: said(
    [
      "{about} の通信がDICOMの規格に合いません",
      "自動で再試行します。",
      "ログを残し、{about} の製造元へ伝えてください",
    ],
    [
      "{about} breaks the rules of DICOM",
      "It is tried again by itself.",
      "Keep the log and tell the manufacturer of {about}",
    ],
  ),
  ERR_DIMSE_BUSY: said(
    [
      "{about} に空きがありません",
      "自動で再試行します。",
      "{about} の担当者に空きを増やしてもらってください",
    ],
    ["{about} has no room", "It is tried again by itself.", "Ask whoever looks after {about} to make room"],
  ),
  ERR_DIMSE_REFUSED: said(
    [
      "{about} がデータを受け付けません",
      "報告書は依頼一覧で読めます。",
      "{about} の担当者に状態コードを伝えてください",
    ],
    [
      "{about} refuses the object",
      "The reports can be read in the list of requests.",
      "Tell the status to whoever looks after {about}",
    ],
  ),
}

const PLACE = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g

/** A name that is the same in both languages, or one for each. */
export type Name = string | { readonly ja: string; readonly en: string }

/** Our own certificates, by their use in the configuration. */
export const CERTIFICATE_NAMES: Readonly<Record<string, Name>> = {
  seal: { ja: "施設シール（keys.seal）", en: "seal (keys.seal)" },
  object: { ja: "復号用（keys.object）", en: "decryption (keys.object)" },
  tls: { ja: "通信用（keys.tls）", en: "line (keys.tls)" },
  dicom: { ja: "DICOM TLS（dicom.tls）", en: "DICOM TLS (dicom.tls)" },
  cards: { ja: "カードの入口（desk.cards）", en: "door for cards (desk.cards)" },
}

/** A partner's, as we encrypt by it, as it seals or as it calls by it. */
export const partnerCertificate = (use: string, partner: string): Name => {
  if (use === "object") return { ja: `${partner}の暗号化用`, en: `${partner}, encryption` }
  return use === "seal"
    ? { ja: `${partner}の施設シール`, en: `${partner}, seal` }
    : { ja: `${partner}の通信用`, en: `${partner}, line` }
}

/** The words for one light, in both languages. */
export function adviceFor(code: LightCode, { about, n }: { readonly about: Name; readonly n: number }): Said {
  const { ja, en } = ADVICE[code]
  const [nameJa, nameEn] = typeof about === "string" ? [about, about] : [about.ja, about.en]
  return { ja: filled(ja, nameJa, n), en: filled(en, nameEn, n) }
}

function filled({ title, note, steps }: Advice, about: string, n: number): Advice {
  const fill = (text: string): string =>
    text.replace(PLACE, (_place, name: string, one?: string, many?: string) => {
      if (name === "about") return about
      return one === undefined || many === undefined ? String(n) : n === 1 ? one : many
    })
  return { title: fill(title), note: fill(note), steps: steps.map(fill) }
}
