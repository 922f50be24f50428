/** The gateway itself: its disk, its levers, its trail. */
import { said } from "./said.ts"

export const GATEWAY_ADVICE = {
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
}
