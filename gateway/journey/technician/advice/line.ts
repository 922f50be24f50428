/** The line to the partner, seen from the hospital. */
import { KEPT_EN, KEPT_JA, said } from "./said.ts"

export const LINE_ADVICE = {
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
}
