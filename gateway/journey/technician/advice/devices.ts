/** Devices that send images here, and are turned away. */
import { said } from "./said.ts"

export const DEVICE_ADVICE = {
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
}
