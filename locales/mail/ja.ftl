# メールの文章。日本語が基準で、en.ftl は同じ内容です。

## どのメールにも

greeting = { $name } 様
automatic = このメールは自動でお送りしています。
contact = お問い合わせ先
contact-phone = 電話
contact-email = メール
contact-hours = 受付時間
contact-nobody = わからないことは、証明書のご案内をした担当者にお尋ねください。
not-you = お心当たりのないときは、すぐにお問い合わせ先へご連絡ください。
when = 日時
device = 端末
device-ios = iPhone
device-ipados = iPad
device-macos = Mac
device-android = Android
device-windows = Windows
device-other = その他の端末

## 受け取りのご案内

invitation-subject = 【{ $organization }】証明書の受け取りのご案内
invitation-title = 証明書の受け取りのご案内
invitation-lead = お使いの端末に入れる「証明書」をお渡しします。このご案内で受け取れるのは、1台分です。
invitation-step-open = 証明書を入れる端末でこのメールを開き、下のボタンを押します。
invitation-step-secret-never = 開いたページに、別の方法でお知らせする確認コードを入力します。
invitation-step-secret-apart = 開いたページに、このあと別のメールでお送りする確認コードを入力します。
invitation-step-secret-together = 開いたページに、下の確認コードを入力します。
invitation-step-install = ページの案内のとおりに、証明書を端末に入れます。
invitation-button = 受け取りのページを開く
invitation-until = ボタンが使えるのは、{ $at } までです。
invitation-browser = メールアプリの中で開いたページに「SafariやChromeで開いてください」と出たときは、その案内のとおりに開き直してください。
invitation-number-how = 別の端末に入れるときや、ボタンが使えないときは、証明書を入れる端末で次のページを開き、受取番号と確認コードを入力してください。
address = ページ
number = 受取番号
number-until = 受取番号の期限
secret = 確認コード
invitation-keep = このメールをほかの人に転送しないでください。

## 確認コードのお知らせ

secret-subject = 【{ $organization }】確認コードのお知らせ
secret-title = 確認コードのお知らせ
secret-lead = 先にお送りした「証明書の受け取りのご案内」のページに、次の確認コードを入力してください。
secret-hint = 英小文字と数字を合わせた10文字です。数字の0と1、英字のi、l、o、uは使っていません。
password = 証明書のパスワード
password-hint = 証明書を端末に入れるときにパスワードを聞かれたら、入力してください。大文字と小文字を区別します。
secret-keep = 確認コードを、ほかの人に教えないでください。担当者がお聞きすることもありません。

## 受け取ったあとのお知らせ

fetched-subject = 【{ $organization }】証明書が受け取られました
fetched-title = 証明書が受け取られました
fetched-lead = あなたの証明書のファイルが、次の端末で受け取られました。

installed-subject = 【{ $organization }】証明書が使えるようになりました
installed-title = 証明書が使えるようになりました
installed-lead = 証明書が端末に入ったことを確認しました。
not-after = 有効期限

reissued-subject = 【{ $organization }】証明書の再発行の手続きをしました
reissued-title = 証明書の再発行の手続きをしました
reissued-lead = 新しい証明書の受け取り方は、別にご案内します。
reissued-ended = これまでの証明書は、もう使えません。
reissued-goes-on = これまでの証明書は、新しい証明書が使えるようになるまで、そのままお使いいただけます。

revoked-subject = 【{ $organization }】証明書が使えなくなりました
revoked-title = 証明書が使えなくなりました
revoked-lead = あなたの証明書を失効しました。この証明書では、もう接続できません。

change-subject = 【{ $organization }】新しい端末への切り替えが始まりました
change-title = 新しい端末への切り替えが始まりました
change-lead = お使いの端末から、新しい端末で証明書を受け取る手続きが始まりました。
change-goes-on = 新しい端末で使えることが確かめられると、これまでの端末の証明書は使えなくなります。それまでは、そのままお使いいただけます。
change-not-you = お心当たりのないときは、ほかの人が手続きをしているおそれがあります。すぐにお問い合わせ先へご連絡ください。

## 試しに送るメール

test-subject = 【{ $organization }】メールの送信テスト
test-title = メールの送信テスト
test-lead = このメールが届いていれば、証明書のご案内をメールで送れます。文字の化けや、迷惑メールへの振り分けがないことも確かめてください。
