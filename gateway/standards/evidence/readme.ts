/** What a person reads first who opens a package in ten years. Nothing of any patient stands in it. */

export const README_PATHS = { ja: "readme.ja.txt", en: "readme.en.txt" } as const

const JA = `読影レポートの証拠パッケージ

このファイルには、電子署名された読影レポートと、その署名を後から確かめるための資料が入っています。
ネットワークは要りません。

確かめ方（いずれか）
  1. 信頼できる所から入手した検証ページ（verifier.html）をブラウザーで開き、このパッケージを選ぶ。
  2. dokuei verify パッケージ.zip --anchors hpki=ROOT.pem seal=CA.pem tsa=ROOT.pem
  3. openssl と xmlsec1 で手作業で確かめる（説明書 docs/trust.md）。

大切なこと
  ・パッケージは、それ自身を保証しません。信頼の起点（ルート証明書）は index.json にハッシュ値だけで示されて
    います。厚生労働省 HPKI ルート、施設の認証局、時刻認証局の証明書は、それぞれの公表元から入手して
    指紋（SHA-256）を比べてください。同梱の証明書は経路を組み立てるためだけのものです。
  ・同梱の検証ページも便利のためのものです。疑わしいときは、配布元の検証ページを使ってください。
  ・このあとに訂正や追記が出ていないかは、このパッケージからは分かりません。病院に確かめてください。

中身
  index.json      ファイルの一覧とハッシュ値（SHA-256）
  report-*/       署名されたレポート（CDA と PDF）、署名、送信時の施設シール
  images-*/       対象画像の一覧（KOS）と、画像のハッシュ値を含む施設シール。画像そのものは入っていません
  receipts/       相手施設の署名つき受領証
  acknowledgement-*/  受領（病院の職員による）
  certificates/ crls/  証明書と失効リスト
`

const EN = `Evidence package of a radiology report

This file holds an electronically signed report and what it takes to check its signature later. No network is needed.

How to check it (any of these)
  1. Open the verifier page (verifier.html), had from a source you trust, in a browser, and choose this package.
  2. dokuei verify PACKAGE.zip --anchors hpki=ROOT.pem seal=CA.pem tsa=ROOT.pem
  3. By hand with openssl and xmlsec1: see docs/trust.md.

What matters
  * A package does not vouch for itself. Trust anchors (root certificates) are named in index.json by their digests only.
    Get the certificates of the HPKI root, of the facilities' authority and of the time-stamp authority from whoever
    publishes them, and compare the fingerprints (SHA-256). The certificates in here only help to find a path.
  * The verifier page in here is a convenience. When in doubt take the page of whoever distributes it.
  * Whether a correction or an addendum was written later cannot be told from this package. Ask the hospital.

Contents
  index.json      the list of files with their digests (SHA-256)
  report-*/       the signed report (CDA and PDF), its signature, and the facility's seal it travelled under
  images-*/       which images it is about (KOS), and the facility's seal with their digests. The images are not in here
  receipts/       signed receipts of the other facility
  acknowledgement-*/  receipt by the hospital's staff
  certificates/ crls/  certificates and revocation lists
`

export const READMES: Readonly<Record<keyof typeof README_PATHS, string>> = { ja: JA, en: EN }
