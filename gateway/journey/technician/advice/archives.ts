/** Archives and devices that are called. */
import { said } from "./said.ts"

export const ARCHIVE_ADVICE = {
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
