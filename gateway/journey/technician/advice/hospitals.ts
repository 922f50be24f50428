/** The line to a hospital, seen from the reading centre. */
import { said } from "./said.ts"

export const HOSPITAL_ADVICE = {
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
}
