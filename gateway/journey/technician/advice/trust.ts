/** Certificates, revocation lists, time stamps and the clock. */
import { KEPT_EN, KEPT_JA, said } from "./said.ts"

export const TRUST_ADVICE = {
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
  "signature-doubted": said(
    [
      "署名の有効性を確かめられなくなった報告書があります（{n}件）",
      "届いたときは有効でした。その後、署名者の鍵が盗まれたなどの理由で失効し、いつからかが示されていません。報告書は読めます。",
      "報告書を作成した読影センターへ電話し、署名し直した報告書を送ってもらってください",
      "センターには、失効の時期を認証局へ問い合わせるよう頼んでください",
      "新しい報告書が届くまで、主治医に伝えて内容を確かめてもらってください",
    ],
    [
      "The signature of {n} {n|report|reports} can no longer be confirmed",
      "It was valid when it came. Since then the signer's key was revoked, for example as stolen, and nobody has said since when. The text can be read.",
      "Call the reading centre that wrote the report: it has to send it signed anew",
      "Ask the centre to ask the signer's authority since when the key was in other hands",
      "Until then tell the physician in charge, who should have the content confirmed",
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
}
