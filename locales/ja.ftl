# The texts of every page, in Japanese: the master. The other catalogues have the same keys with the same variables (a test
# holds that).
# What stands in 「」 is the name of something on the screen, and is shown in bold.

## Everywhere

site-name = 証明書の受け取り
skip = 本文へ
languages = 言語
language-ja = 日本語
language-ja-easy = やさしい日本語
language-en = English
contact = お問い合わせ
contact-phone = 電話
contact-email = メール
contact-hours = 受付時間
contact-nobody = この証明書を案内した担当者にお問い合わせください。
reference = 問い合わせ番号
reference-hint = お問い合わせのときは、コードとこの番号をお伝えください。
code = コード
why = 理由
todo = どうすればよいか
copy = コピー
copied = コピーしました
back-to-start = はじめの画面へ

## Times

moment = { $month }月{ $day }日（{ $weekday ->
    [mon] 月
    [tue] 火
    [wed] 水
    [thu] 木
    [fri] 金
    [sat] 土
   *[sun] 日
}）{ $time }
moment-with-year = { $year }年{ $month }月{ $day }日（{ $weekday ->
    [mon] 月
    [tue] 火
    [wed] 水
    [thu] 木
    [fri] 金
    [sat] 土
   *[sun] 日
}）{ $time }
date = { $year }年{ $month }月{ $day }日
time-of-day = { $time }
span-seconds = { $count }秒
span-minutes = { $count }分
span-hours = { $count }時間
span-days = { $count }日

## Devices

device = { $platform ->
    [ios] iPhone
    [ipados] iPad
    [android] Android
    [windows] Windows
    [macos] Mac
    [chromeos] Chromebook
    [linux] Linux
   *[unknown] 種類のわからない端末
}
device-with-version = { $platform ->
    [ios] iPhone（iOS { $version }）
    [ipados] iPad（iPadOS { $version }）
    [android] Android { $version }
    [windows] Windows { $version }
    [macos] Mac（macOS { $version }）
   *[other] { device } { $version }
}
windows-10-or-11 = Windows 10または11
list-separator = 、

## Number entry

number-title = 受取番号を入力してください
number-lead = 受取番号と確認コードは、案内に書かれています。
number-label = 受取番号
number-hint = 数字8けた
number-wrong = 受取番号か確認コードがちがいます
number-qr = 案内にQRコードがあるときは、証明書を使う端末のカメラで読み取るだけで始められます。

## Facility entry

facility-title = 施設コードを入力してください
facility-label = 施設コード
facility-hint = 案内に書かれている、英字と数字のコードです（例 G13B）。
facility-submit = 次へ
facility-none = 施設コードがないとき
facility-other = 施設がちがうとき
facility-instead = 施設コードから始める

## Secret entry

secret-title = 確認コードを入力してください
secret-label = 確認コード
secret-hint = 案内に書かれている、英字と数字の10文字です（例 abcde-fghjk）。大文字でも小文字でもかまいません。
secret-submit = 証明書を受け取る
secret-once = 受け取れるのは1台だけです。証明書を使う端末で続けてください。
secret-until = { $until } まで受け取れます（あと{ $span }）。
secret-attempts = { $count ->
    [1] 次にまちがえると、しばらく入力できなくなります。
   *[other] あと{ $count }回まちがえると、しばらく入力できなくなります。
}
secret-resume = 証明書は、{ $at } に{ $device }で作られています。確認コードを入力すると、続きから始められます（{ $until } まで）。
secret-resume-elsewhere = 証明書は、{ $at } に{ $device }で作られています。お使いの端末（{ $here }）では使えません。{ $device }で続けてください（{ $until } まで）。覚えがないときは、すぐに担当者に知らせてください。
device-now = お使いの端末
device-change = 端末がちがうとき
device-change-lead = 証明書を入れる端末を選んでください。
choose-title = どの端末に入れますか
choose-lead = 証明書を入れる端末を選んでください。
password-label = 証明書のパスワードを決める
password-hint = 半角の英数字と記号で10文字以上。このあと、証明書を入れるときに使います。

## Another browser or device is needed

browser-title = { $browser ->
    [safari] Safariで開いてください
    [edge] Edgeで開いてください
   *[chrome] Chromeで開いてください
}
browser-why-in-app = いまの画面はアプリの中で開いているため、ここでは証明書を入れられません。
browser-why-other = いまのブラウザーでは、証明書を入れられません。
browser-nothing-used = 案内はまだ使われていません。開く画面を変えても、同じように受け取れます。
browser-hop = { $browser ->
    [safari] Safariで開く
    [edge] Edgeで開く
   *[chrome] Chromeで開く
}
browser-by-menu = メニューから開く
browser-by-address = アドレスをコピーして開く
browser-or = ボタンで開かないとき
browser-scan = この画面を、証明書を入れるスマートフォンやタブレットで読み取っても始められます。
nothing-used = 案内はまだ使われていません。
continue-anyway = このまま続ける
old-title = この端末は古いため使えません
old-fact = お使いの端末: { $device }。{ $platform ->
    [android] Android { $needed }
    [windows] Windows { $needed }
    [ipados] iPadOS { $needed }
   *[ios] iOS { $needed }
}以降が必要です。
old-todo = 端末のシステムを更新するか、別の端末でこの案内を開いてください。
other-title = この端末には入れられません
other-fact = お使いの端末: { $device }
other-todo = スマートフォン、タブレット、Windows、Macで、この案内を開いてください。端末の種類がちがうときは、下から選んでください。AndroidでPC版サイトを表示しているときは、その設定を外してください。

## The ticket

ticket-title = 証明書の準備ができました
ticket-elsewhere = この証明書は{ $device }用です。お使いの端末（{ $here }）では使えません。{ $device }で、案内をもう一度開いてください。端末をまちがえたときは、担当者に再発行を依頼してください。
ticket-download = 証明書をダウンロード
ticket-left = { $until } まで（あと{ $span }）、あと{ $count }回ダウンロードできます。
ticket-used-up = ダウンロードできる回数を使いきりました。ダウンロードしたファイルで、下の手順へ進んでください。
ticket-fetched = { $at } にダウンロードされました。
ticket-file = ファイル
ticket-deadline-ahead = いまダウンロードしたら、{ $until } までに入れてください。8分たつと、端末から自動で消えます。
ticket-deadline = { $until } までに入れてください。それを過ぎると、端末から自動で消えます。
ticket-deadline-over = ダウンロードしてから8分たちました。「設定」に出ていないときは、もう一度ダウンロードしてください。
ticket-copy = 証明書のパスワードをコピー
ticket-get = 証明書をダウンロード
ticket-install = この端末に入れる
ticket-password-ready = 証明書のパスワードを用意する
ticket-password-why = 入れる途中で、端末にきかれます。
ticket-password-secret = 入れる途中で、端末にきかれます。さきほどの確認コードと同じです。ハイフン（-）も入れてください。
ticket-password-separate = 別にお届けした案内に書かれています。入れる途中で、端末にきかれます。
ticket-check-title = 入れおわったら
ticket-check-lead = 正しく使えるか、この端末で確かめてください。
ticket-check = 使えるか確かめる
unfinished = 入れている途中のとき
unfinished-lead = ダウンロードしたファイルが端末にあれば、このまま続けられます。
ticket-trouble = うまくいかないとき
ticket-trouble-password = 「パスワードがちがう」と出る、ファイルが開かない
ticket-trouble-compatible = パスワードが正しいのに進めないときは、端末が新しい形式を読めないことがあります。互換形式のファイルでお試しください。中の証明書は同じです。
ticket-compatible = 互換形式をダウンロード
ticket-trouble-typing = 大文字と小文字、ハイフン（-）、余計な空白がないかを確かめてください。
ticket-trouble-prompt = ダウンロードしても何も起こらない
ticket-trouble-prompt-ios = 「設定」→「アプリ」→「Safari」→「ダウンロード」で、保存先を「このiPhone内」または「このiPad内」にして、もう一度ダウンロードしてください。
ticket-trouble-prompt-ios-17 = 「設定」→「Safari」→「ダウンロード」で、保存先を「このiPhone内」または「このiPad内」にして、もう一度ダウンロードしてください。
ticket-trouble-prompt-file = 画面の上から通知を開くか、「ダウンロード」の一覧から、ファイル { $name } を開いてください。
ticket-trouble-prompt-pc = 「ダウンロード」フォルダーを開き、ファイル { $name } をダブルクリックしてください。
ticket-trouble-check = 確かめる画面が開かない
ticket-trouble-check-why = 会社などのネットワークやウイルス対策ソフトが、通信を止めていることがあります。
ticket-trouble-check-look = このネットワークを調べる
ticket-name = 端末での名前
ticket-ends = 有効期限
ticket-old = 古い証明書を消す
ticket-old-lead = 新しい証明書が使えることを確かめてから、消してください。

installed-title = 証明書が使えます
installed-fact = { $at } に、{ $device }で使えることを確かめました。
installed-lead = ダウンロード用のファイルは、安全のため消去しました。
installed-again = 入れなおすときは、担当者に再発行を依頼してください。

## The steps and their pictures. What stands in 「」 in a step is what its picture marks

picture = 画面の絵
picture-tap = 画面の絵。押すところ: { $things }
picture-then = 、次に
step-otherwise = 見あたらないとき
edition-change = 画面がちがうとき
edition-ios-18 = { $platform ->
    [ipados] iPadOS 18以降
   *[ios] iOS 18以降
}
edition-ios-15 = { $platform ->
    [ipados] iPadOS 15〜17
   *[ios] iOS 15〜17
}
edition-ios-14 = { $platform ->
    [ipados] iPadOS 14以前
   *[ios] iOS 14以前
}
edition-android-11 = Android 11以降
edition-android-10 = Android 10以前
edition-macos-15 = macOS 15以降
edition-macos-13 = macOS 13・14
edition-macos-12 = macOS 12以前

## Steps: iPhone and iPad

step-ios-allow = 「証明書をダウンロード」を押し、出てきた画面で「許可」を押します。
step-ios-close = 「閉じる」を押します。
step-ios-settings = 「設定」アプリを開き、上のほうの「プロファイルがダウンロード済み」を押します。
step-ios-elsewhere = 「一般」→「VPNとデバイス管理」を開き、「ダウンロード済みプロファイル」の下の名前を押します。
step-ios-elsewhere-14 = 「一般」→「プロファイル」を開き、「ダウンロード済みプロファイル」の下の名前を押します。
step-ios-install = 右上の「インストール」を押します。
step-ios-passcode = 端末のパスコードを入力します。
step-ios-consent = 説明を読み、「次へ」を押します。
step-ios-confirm = もう一度「インストール」を押し、下に出る「インストール」も押します。「警告」「未署名」「未検証」と出ても同じです。
step-ios-password = 証明書のパスワードを入れて（長押しで貼り付けられます）、「次へ」を押します。
step-ios-done = 「完了」を押します。これで入りました。
step-ios-trust-where = 「設定」に戻り、「一般」→「情報」→「証明書信頼設定」を開きます。
step-ios-trust = 追加された証明書のスイッチを入れ、「続ける」を押します。
step-ios-safari = 証明書を使うサイトは、これからもSafariで開きます。

## Steps: Android

step-android-open = 「証明書をダウンロード」を押します。下に出る「開く」を押します。見あたらないときは、画面の上から通知を開きます。
step-open-downloaded = 「ダウンロード」の一覧から、ファイル { $name } を開きます。
step-android-password = 証明書のパスワードを入れて（長押しで貼り付けられます）、「OK」を押します。
step-android-kind = 「VPN とアプリユーザー証明書」を選び、「OK」を押します。「Wi-Fi 証明書」は選ばないでください。
step-android-kind-old = 「認証情報の使用」が「VPNとアプリ」になっていることを確かめ、「OK」を押します。「Wi-Fi」は選ばないでください。
step-android-name = 名前はそのままで、「OK」を押します。
step-android-lock = 画面ロックがないと言われたら、PINなどを設定します。あとで画面ロックをやめると、証明書も消えます。
step-android-done = 「インストールしました」と出れば完了です。何も出ない機種もあります。
step-android-chrome = 証明書を使うサイトは、これからもChromeで開きます。

## Steps: Windows

step-windows-open = 「証明書をダウンロード」を押し、右上に出る「ファイルを開く」を押します。見あたらないときは、ブラウザー右上の「…」→「ダウンロード」を開きます。
step-windows-user = 「現在のユーザー」のまま、「次へ」を押します。
step-windows-file = そのまま「次へ」を押します。
step-windows-password = 証明書のパスワードを入れて（Ctrl+Vで貼り付けられます）、「次へ」を押します。チェックは変えません。
step-windows-store = 「証明書の種類に基づいて、自動的に証明書ストアを選択する」のまま、「次へ」を押します。
step-windows-finish = 「完了」を押します。
step-windows-root = 「セキュリティ警告」が出たら、「はい」を押します。
step-windows-done = 「正しくインポートされました。」と出たら、「OK」を押します。
step-windows-restart = ブラウザーをすべて閉じて、もう一度開きます。

## Steps: Mac

step-macos-allow = 「証明書をダウンロード」を押し、確認が出たら「許可」を押します。
step-macos-settings = 「システム設定」の「一般」→「デバイス管理」を開き、ダウンロードしたプロファイルをダブルクリックします。
step-macos-settings-13 = 「システム設定」の「プライバシーとセキュリティ」→「プロファイル」を開き、ダウンロードしたプロファイルをダブルクリックします。
step-macos-settings-12 = 「システム環境設定」の「プロファイル」を開き、ダウンロードしたプロファイルを選びます。
step-macos-install = 「インストール」を押します。Macのパスワードをきかれたら入力します。
step-macos-password = 証明書のパスワードを入れて、「インストール」を押します。
step-macos-always = はじめて使うときは証明書を選び、キーチェーンの確認で「常に許可」を押します。

## Steps: another computer

step-browser-save = 「証明書をダウンロード」を押し、ファイル { $name } を保存します。
step-browser-import = ブラウザーの設定で「証明書」を検索し、「あなたの証明書」→「インポート」でファイルを選びます。
step-browser-password = 証明書のパスワードを入れます。

## How an old certificate is removed

removal-ios-where = 「設定」の「一般」→「VPNとデバイス管理」を開き、古いプロファイルを押します。
removal-ios-where-14 = 「設定」の「一般」→「プロファイル」を開き、古いプロファイルを押します。
removal-ios = 「プロファイルを削除」を押します。
removal-android-where = 「設定」の「セキュリティとプライバシー」→「その他のセキュリティとプライバシー」→「暗号化と認証情報」→「ユーザー認証情報」を開き、古い証明書を押します。
removal-android-where-10 = 「設定」の「セキュリティ」→「暗号化と認証情報」→「ユーザー認証情報」を開き、古い証明書を押します。
removal-android = 「削除」を押します。
removal-windows-where = 「スタート」に「certmgr.msc」と入力して開きます。
removal-windows = 「個人」→「証明書」で古い証明書を右クリックし、「削除」を押します。
removal-macos = 「システム設定」の「一般」→「デバイス管理」で古いプロファイルをダブルクリックし、「削除」を押します。
removal-macos-13 = 「システム設定」の「プライバシーとセキュリティ」→「プロファイル」で古いプロファイルをダブルクリックし、「削除」を押します。
removal-macos-12 = 「システム環境設定」の「プロファイル」で古いプロファイルを選び、「−」を押します。
removal-browser = ブラウザーの設定の「証明書」→「あなたの証明書」で、古い証明書を削除します。

## How the browser is brought to ask again

asking-ios-close = アプリの一覧を出し、Safariを上にスワイプして終わらせます。
asking-ios-open = Safariを開き、この画面の「もう一度確かめる」を押します。
asking-ios-choose = 証明書を選ぶ画面が出たら、名前を確かめて「続ける」を押します。
asking-ios-private = それでも出ないときは、Safariのプライベートブラウズで、このページを開きます。
asking-android-close = アプリの一覧を出し、Chromeを上にスワイプして終わらせます。
asking-android-open = Chromeを開き、この画面の「もう一度確かめる」を押します。
asking-android-choose = 「証明書の選択」が出たら、証明書を選んで「選択」を押します。
asking-android-private = それでも出ないときは、Chromeの新しいシークレットタブで、このページを開きます。
asking-windows-close = ブラウザーのウィンドウをすべて閉じます。
asking-windows-open = ブラウザーを開き、Ctrl+Shift+Tでこの画面に戻って、「もう一度確かめる」を押します。
asking-windows-choose = 証明書を選ぶ画面が出たら、証明書を選んで「OK」を押します。
asking-windows-private = それでも出ないときは、Ctrl+Shift+Nで開くプライベートウィンドウで、このページを開きます。
asking-macos-close = command+Qでブラウザーを終わらせます。
asking-macos-open = ブラウザーを開き、この画面に戻って、「もう一度確かめる」を押します。
asking-macos-choose = 証明書を選ぶ画面が出たら、証明書を選んで「続ける」を押します。
asking-macos-private = それでも出ないときは、command+Shift+Nで開くプライベートウィンドウで、このページを開きます。
kind-android-file = 「ダウンロード」の一覧から、証明書のファイルを開き、パスワードを入れます。ファイルがないときは、担当者に再発行を依頼してください。

## How to leave an application or a browser that cannot install

app = { $app ->
    [line] LINE
    [facebook] Facebook
    [instagram] Instagram
    [threads] Threads
    [yahoo-japan] Yahoo! JAPAN
    [google-app] Googleアプリ
    [teams] Teams
    [kakaotalk] カカオトーク
    [wechat] WeChat
    [twitter] X
    [slack] Slack
    [outlook] Outlook
   *[other] アプリ
}
leave-menu = { $app }の画面の{ $corner ->
    [top-right] 右上
   *[bottom-right] 右下
}にある{ $glyph ->
    [dots] 「…」
    [kebab] 「︙」
    [share] 共有のマーク
   *[compass] コンパスのマーク
}を押します。
leave-menu-other = 画面のすみにある「…」や「︙」、または共有のマークを押します。
leave-item = 「{ $item }」を押します。名前が少しちがうこともあります。
leave-copy = 上のアドレスをコピーします。
leave-paste-safari = Safariを開き、アドレスのところを長押しして、「ペーストして開く」を押します。
leave-paste-chrome = Chromeを開き、アドレスのところを押して、「コピーしたリンク」を押します。
leave-paste-edge = Edgeを開き、アドレスのところを右クリックして、「貼り付けて移動」を押します。

## Words of the systems' own screens, as the pictures show them

screen-cancel = キャンセル
screen-ok = OK
screen-yes = はい
screen-no = いいえ
screen-delete = 削除
screen-settings = 設定
screen-leave-default = デフォルトのブラウザで開く
screen-leave-external = 外部ブラウザで開く
screen-leave-safari = Safariで開く
screen-leave-browser = ブラウザで開く
screen-leave-chrome = Chromeで開く
screen-leave-paste-safari = ペーストして開く
screen-leave-paste-chrome = コピーしたリンク
screen-leave-paste-edge = 貼り付けて移動
screen-ios-question = このWebサイトは構成プロファイルをダウンロードしようとしています。許可しますか？
screen-ios-ignore = 無視
screen-ios-allow = 許可
screen-ios-downloaded = プロファイルがダウンロードされました
screen-ios-close = 閉じる
screen-ios-waiting = プロファイルがダウンロード済み
screen-ios-general = 一般
screen-ios-vpn = VPNとデバイス管理
screen-ios-profile = プロファイル
screen-ios-profile-waiting = ダウンロード済みプロファイル
screen-ios-install = インストール
screen-ios-enter-passcode = パスコードを入力
screen-ios-agree = 同意
screen-ios-next = 次へ
screen-ios-warning = 警告
screen-ios-enter-password = パスワードを入力
screen-ios-installed = インストール完了
screen-ios-done = 完了
screen-ios-about = 情報
screen-ios-trust = 証明書信頼設定
screen-ios-continue = 続ける
screen-ios-remove = プロファイルを削除
screen-android-open = 開く
screen-android-password = パスワードを入力
screen-android-kind = 証明書の種類の選択
screen-android-vpn = VPN とアプリユーザー証明書
screen-android-wifi = Wi-Fi 証明書
screen-android-name = 証明書名
screen-android-use = 認証情報の使用
screen-android-vpn-old = VPNとアプリ
screen-android-wifi-old = Wi-Fi
screen-android-installed = ユーザー証明書をインストールしました
screen-android-installed-old = 証明書をインストールしました
screen-android-choose = 証明書の選択
screen-android-select = 選択
screen-android-refuse = 許可しない
screen-android-security = セキュリティとプライバシー
screen-android-security-old = セキュリティ
screen-android-more = その他のセキュリティとプライバシー
screen-android-encryption = 暗号化と認証情報
screen-android-user = ユーザー認証情報
screen-android-details = 認証情報の詳細
screen-windows-wizard = 証明書のインポート ウィザード
screen-windows-downloads = ダウンロード
screen-windows-open = ファイルを開く
screen-windows-user = 現在のユーザー
screen-windows-machine = ローカル コンピューター
screen-windows-next = 次へ
screen-windows-file = ファイル名
screen-windows-password = パスワード
screen-windows-automatic = 証明書の種類に基づいて、自動的に証明書ストアを選択する
screen-windows-finish = 完了
screen-windows-warning = セキュリティ警告
screen-windows-imported = 正しくインポートされました。
screen-windows-start = スタート
screen-windows-certmgr = certmgr.msc
screen-windows-choose = 認証用の証明書の選択
screen-windows-personal = 個人
screen-windows-certificates = 証明書
screen-macos-question = このWebサイトでのダウンロードを許可しますか？
screen-macos-allow = 許可
screen-macos-general = 一般
screen-macos-devices = デバイス管理
screen-macos-privacy = プライバシーとセキュリティ
screen-macos-profile = プロファイル
screen-macos-install = インストール
screen-macos-password = パスワード
screen-macos-continue = 続ける
screen-macos-keychain = キーチェーンのパスワード
screen-macos-always = 常に許可
screen-macos-refuse = 拒否
screen-macos-remove = 削除
screen-macos-minus = −

## Refusals

t-101-title = この案内は見つかりません
t-101-why = リンクや番号が正しくないか、もう使われていません。
t-101-todo = リンクが途中で切れていないかを確かめてください。番号のときは、番号と確認コードの両方を確かめてください。案内が何通かあるときは、いちばん新しいものをお使いください。
t-102-title = 確認コードがちがいます
t-102-why = 入力されたものが、案内の内容と合いません。
t-102-todo = 案内を見ながら、もう一度入力してください。確認コードに、数字の0と1、英字のi・l・o・uは使われていません。
t-103-title = 確認コードは10文字です
t-103-why = 文字の数がちがうか、使われない文字が入っています。
t-103-todo = 案内を見ながら、もう一度入力してください。いまの入力は、まちがいの回数に入りません。
t-104-title = いまは入力できません
t-104-fact = { $until } から、また入力できます（あと{ $span }）。
t-104-why = まちがいが続きました。ほかの人に試されないように、しばらく止めています。
t-104-todo = 時間をおいて、もう一度お試しください。お急ぎのときは、担当者がこの制限を外せます。
t-105-title = 受け取りの期限が過ぎています
t-105-fact = 期限は { $at } でした。
t-105-why = 受け取りの期限が過ぎると、リンクも受取番号も使えなくなります。
t-105-todo = 担当者に、新しい案内を依頼してください。
t-106-title = このリンクの期限が過ぎています
t-106-fact = リンクの期限は { $at } でした。
t-106-why = 安全のため、リンクとQRコードを使えるのは短い間だけです。
t-106-todo = 受取番号と確認コードは、まだ使えます。
t-106-action = 受取番号を入力する
t-107-title = この案内は取り消されています
t-107-fact = { $at } に取り消されました。
t-107-why = 担当者かご本人が、この案内を取り消しました。
t-107-todo = 取り消しに心あたりがないときは、担当者にお問い合わせください。
t-108-title = 証明書は、すでに受け取られています
t-108-fact = { $at } に、{ $device }で受け取られました。
t-108-why = 証明書を受け取れるのは一度だけです。ダウンロードできる時間も過ぎています。
t-108-todo = 証明書を入れられなかったときは、担当者に再発行を依頼してください。受け取った覚えがないときは、すぐに担当者に知らせてください。
t-109-title = 証明書は、すでに使われています
t-109-fact = { $at } に、{ $device }で使えることが確かめられています。
t-109-why = 証明書を受け取れるのは一度だけです。
t-109-todo = 別の端末で使うときや入れなおすときは、担当者に再発行を依頼してください。受け取った覚えがないときは、すぐに担当者に知らせてください。
t-110-title = この証明書は使えなくなっています
t-110-fact = { $at } に失効しました。
t-110-why = 端末の紛失や交換などのとき、担当者が証明書を使えなくします（失効）。
t-110-todo = これからも必要なときは、担当者に新しい案内を依頼してください。
t-111-title = 新しい案内があります
t-111-fact = { $at } に、新しい案内が作られました。
t-111-why = この案内は、新しいものに置きかえられました。
t-111-todo = いちばん新しい案内のリンクやQRコードをお使いください。
t-112-title = ダウンロードできる時間が過ぎました
t-112-fact-fetched = { $at } まででした。ファイルは、その前にダウンロードされています。
t-112-fact-unfetched = { $at } まででした。ファイルは、まだダウンロードされていません。
t-112-why = 安全のため、ファイルを置いておくのは短い間だけです。
t-112-todo = まだダウンロードしていないときは、案内をもう一度開いて確認コードを入力してください。入れられなかったときは、担当者に再発行を依頼してください。
t-113-title = ダウンロードの回数を使いきりました
t-113-fact = ダウンロードできるのは{ $limit }回までです。
t-113-why = 安全のため、回数には限りがあります。
t-113-todo = ダウンロードしたファイルが端末に残っていないか、確かめてください。入れられなかったときは、担当者に再発行を依頼してください。
t-114-title = このパスワードは使えません
t-114-why = 短すぎるか、推測されやすいか、端末で入力できない文字が入っています。
t-114-todo = 半角の英数字と記号で、推測されにくい10文字以上にしてください。
t-115-title = この端末では受け取れません
t-115-fact = 受け取れる端末: { $devices }
t-115-why = この案内は、別の種類の端末のためのものです。案内はまだ使われていません。
t-115-todo = 対象の端末で、案内をもう一度開いてください。
t-116-title = この施設コードは見つかりません
t-116-why = コードが正しくないか、この施設では施設コードを使っていません。
t-116-todo = 案内に書かれている施設コードを確かめて、もう一度入力してください。施設コードがないときは、受取番号と確認コードだけでも受け取れます。
t-116-action = 施設コードを入力しなおす
t-117-title = この組織では、受け付けを終了しています
t-117-fact = { $at } に終了しました。
t-117-why = この案内を出した組織が、証明書の受け付けを終了しました。案内は使われていません。
t-117-todo = 証明書が必要なときは、案内を渡した担当者にお問い合わせください。
t-118-title = 受け取りの操作が多すぎます
t-118-fact = { $until } から、また受け取れます（あと{ $span }）。
t-118-why = 確認コードは正しいのですが、ファイルがダウンロードされないまま、何度も作りなおされました。悪用を防ぐため、しばらく止めています。
t-118-todo = 時間をおいて、もう一度お試しください。お急ぎのときは、担当者がこの制限を外せます。心当たりがないときは、担当者に知らせてください。
t-190-title = いまは受け付けられません
t-190-why = 一時的な問題が起きています。案内はまだ使われていません。
t-190-todo = 少し待ってから、もう一度お試しください。

## What is refused before anything is looked at

t-201-title = もう一度入力してください
t-201-why = この画面から送られたことを確かめられませんでした。入力の内容は見ていません。
t-201-todo = もう一度入力して送ってください。まちがいの回数には入りません。
t-202-title = もう一度入力してください
t-202-why = この画面を開いてから長い時間がたちました。入力の内容は見ていません。
t-202-todo = もう一度入力して送ってください。まちがいの回数には入りません。
t-203-title = ほかのサイトからは送れません
t-203-why = 別のサイトから送られた入力は、安全のため受け付けません。案内はまだ使われていません。
t-203-todo = 案内のリンクをもう一度開き、その画面から入力してください。
t-204-title = 送られたデータが大きすぎます
t-204-why = このフォームで送れる大きさを超えています。
t-204-todo = 案内のリンクをもう一度開いて、入力してください。
t-205-title = この形式では受け付けられません
t-205-why = 送られた内容が、この画面の入力欄の形式ではありません。
t-205-todo = 案内のリンクをもう一度開いて、入力してください。
t-206-title = 送られた内容を読み取れません
t-206-why = 送られた内容がこわれています。通信が途中で切れたのかもしれません。
t-206-todo = 案内のリンクをもう一度開いて、入力してください。
t-207-title = 少しお待ちください
t-207-fact = あと{ $span }お待ちください。
t-207-why = 同じところからの操作が、短い間に続いています。
t-207-todo = 少し待ってから、もう一度お試しください。案内はまだ使われていません。
t-208-title = このページはありません
t-208-why = アドレスがちがうか、ページがなくなっています。
t-208-todo = 案内のリンクをもう一度開くか、はじめの画面から始めてください。
t-209-title = この操作はできません
t-209-why = このページでは受け付けない方法で開かれました。
t-209-todo = 案内のリンクをもう一度開いてください。
t-211-title = ファイルにその部分はありません
t-211-why = ファイルの大きさを超えた部分が求められました。
t-211-todo = はじめからダウンロードしなおしてください。
t-290-title = 問題が起きました
t-290-why = システムで、思わぬ問題が起きました。
t-290-todo = 少し待ってから、もう一度お試しください。続くときは、画面に出た問い合わせ番号を伝えてお問い合わせください。
t-291-title = いまは使えません
t-291-why = システムの準備ができていません。案内はまだ使われていません。
t-291-todo = 少し待ってから、もう一度お試しください。

## The check page

check-ok-title = 証明書は正しく使えます
check-ok-done = これで完了です。この画面は閉じてかまいません。
check-ok-soon = この証明書が使えるのは、あと{ $span }です。担当者に、新しい証明書を依頼してください。
check-ok-name = 証明書の名前
check-ok-until = 有効期限
check-again = もう一度確かめる
check-asking = 証明書を選ぶ画面を、もう一度出す
check-asking-lead = 一度キャンセルすると、ブラウザーを閉じるまで、選ぶ画面が出ないことがあります。
check-kind = 「Wi-Fi 証明書」として入れたとき
check-issuer-shown = 届いた証明書の発行者
check-issuer-expected = 必要な証明書の発行者
t-301-title = 証明書が届いていません
t-301-why = 証明書がまだ入っていないか、選ぶ画面でキャンセルされたか、別の種類で入っています。
t-301-todo = 証明書を入れた端末のSafari、Chrome、Edgeのどれかで開いてください。会社などのネットワークを使っているときは、携帯電話の回線でもお試しください。
t-301-todo-here = { $platform ->
    [ios] 証明書を入れたiPhoneのSafariで開いてください。
    [ipados] 証明書を入れたiPadのSafariで開いてください。
    [android] 証明書を入れたAndroidのChromeで開いてください。「Wi-Fi 証明書」として入れたときは、「VPN とアプリユーザー証明書」として入れなおしてください。
    [windows] 証明書を入れたパソコンのEdgeかChromeで開いてください。
    [macos] 証明書を入れたMacのSafariかChromeで開いてください。
   *[other] 証明書を入れた端末のSafari、Chrome、Edgeのどれかで開いてください。
}会社などのネットワークを使っているときは、携帯電話の回線でもお試しください。
t-302-title = 別の証明書が選ばれました
t-302-why = ほかのシステムの証明書が届きました。
t-302-todo = ブラウザーを閉じて、もう一度開き、このシステムの証明書を選んでください。
t-303-title = 証明書の有効期限が切れています
t-303-fact = 期限は { $at } でした。
t-303-why = 証明書には有効期限があります。
t-303-todo = 担当者に、新しい証明書を依頼してください。
t-304-title = 証明書はまだ使えません
t-304-fact = { $at } から使えます。
t-304-why = 端末かシステムの時計がずれていることがあります。
t-304-todo = 少し待ってから、もう一度確かめてください。続くときは、お問い合わせください。
t-305-title = 証明書は失効しています
t-305-fact = { $at } に失効しました（{ $reason ->
    [key-compromise] 端末の紛失や盗難など
    [affiliation-changed] 所属や名前の変更
    [superseded] 新しい証明書への交換
    [cessation-of-operation] 端末の利用の終わり
    [privilege-withdrawn] 利用の停止
   *[unspecified] 理由の記録なし
}）。
t-305-why = 担当者かご本人が、この証明書を使えなくしました。
t-305-todo = これからも必要なときは、担当者に新しい証明書を依頼してください。
t-306-title = 古い証明書が選ばれました
t-306-fact = { $at } に、新しい証明書に置きかえられました。
t-306-why = 新しい証明書が別にあります。
t-306-todo = ブラウザーを閉じて、もう一度開き、新しい証明書を選んでください。古い証明書は、端末から消してかまいません。
t-307-title = この証明書は登録されていません
t-307-why = 発行者は正しいのに、発行した記録がありません。
t-307-todo = 使わずに、担当者に知らせてください。
t-308-title = 証明書が途中で止められています
t-308-why = 会社などのネットワークの装置かウイルス対策ソフトが、通信をいったん開いて調べています。そのため、証明書がここまで届きません。
t-308-todo = Wi-Fiを切り、携帯電話の回線でもう一度確かめてください。このネットワークで使うときは、ネットワークの管理者に、このサイトを検査の対象から外すよう依頼してください。
t-390-title = いまは確かめられません
t-390-why = 一時的な問題が起きています。証明書の問題ではありません。
t-390-todo = 少し待ってから、もう一度確かめてください。

## A change to another device, on the old one

check-change = 新しい端末に変える
change-title = 新しい端末に変える
change-lead-scan = 次の画面に出るQRコードを、新しい端末のカメラで読み取ります。
change-lead-stays = 新しい端末で使えることが確かめられるまで、この端末の証明書もそのまま使えます。
change-lead-ends = 確かめられると、この端末の証明書は使えなくなります。
change-begin = QRコードを出す
change-back = 変えずに戻る
change-invited-otherwise = 担当者が、別に案内を出しています。ここで始めると、その案内は使えなくなります。
change-stopped = { $at } に中止されました。この端末の証明書は、そのまま使えます。
change-shown-title = 新しい端末で読み取ってください
change-scan = 新しい端末のカメラでQRコードを読み取る
change-scan-picture = 新しい端末で読み取るQRコード
change-by-number = 読み取れないとき
change-by-number-how = 新しい端末で次のアドレスを開き、受取番号を入力してください。
change-secret = 開いたページに確認コードを入力する
change-secret-keep = ほかの人に見せないでください。
change-install = 新しい端末に証明書を入れる
change-install-how = 新しい端末の画面の案内のとおりに進めてください。「使えるか確かめる」まで終わると、切り替わります。
change-until = { $until } まで使えます（あと{ $span }）。
change-look = 進み具合を見る
change-hidden-title = 端末を変える途中です
change-hidden-why = QRコードと確認コードは、始めた画面にだけ出ます。出しなおすと、前のものは使えなくなります。
change-renew = QRコードを出しなおす
change-late-title = QRコードの期限が過ぎました
change-late-fact = { $at } まででした。
change-late-why = 新しい端末では、まだ受け取られていません。この端末の証明書は、そのまま使えます。
change-taken-title = 新しい端末で受け取られました
change-taken-fact = { $at } に、{ $device }で受け取られました。
change-taken-todo = 新しい端末に証明書を入れ、「使えるか確かめる」を押してください。それまで、この端末の証明書もそのまま使えます。
change-taken-not-you = 受け取った覚えがないときは、すぐに中止して、担当者に知らせてください。
change-taken-tell = 受け取った覚えがないときは、すぐに担当者に知らせてください。
change-done-title = 新しい端末に変わりました
change-done-ended = この端末の証明書は、もう使えません。新しい端末をお使いください。
change-stop-lead = 中止すると、QRコードも、新しい端末で受け取った証明書も使えなくなります。この端末の証明書は、そのまま使えます。
change-stop = 中止する
change-again-title = もう一度押してください
change-again = 画面のボタンを、もう一度押してください。
t-310-title = いまは始められません
t-310-why = 安全のため、端末の変更を始められるのは24時間に3回までです。
t-310-todo = 明日、もう一度お試しください。お急ぎのときは、担当者に再発行を依頼してください。
t-311-title = 端末の変更は、もう進んでいます
t-311-why = 新しい端末が、すでに証明書を受け取っています。
t-311-todo = 新しい端末で続けてください。覚えがないときは、すぐに担当者に知らせてください。
t-312-title = この画面からは端末を変えられません
t-312-why = 端末の変更は、担当者が受け付けています。
t-312-todo = 担当者に、新しい端末のための案内を依頼してください。この端末の証明書は、そのまま使えます。
t-313-title = いまは新しい証明書を受け取れません
t-313-why = あなたへの証明書の発行が止められています。
t-313-todo = 担当者にお問い合わせください。

## Help

help-title = 困ったときは
help-lead = 画面に出たコードや、困っていることを選ぶと、理由と、どうすればよいかがわかります。

## Help beyond the codes: what no page can see, under codes of its own

t-401-title = ダウンロードしても「許可」が出ません
t-401-why = iPhoneやiPadで、ダウンロードの保存先がiCloud Driveになっていると、プロファイルを入れる画面が出ません。Safari以外で開いたときも出ません。
t-401-todo = 「設定」→「アプリ」→「Safari」→「ダウンロード」（iOS 17以前では「設定」→「Safari」→「ダウンロード」）で「このiPhone内」または「このiPad内」を選び、Safariで案内を開き、もう一度ダウンロードしてください。時間内なら、同じファイルを何度か受け取れます。
t-402-title = 会社などのネットワークが証明書を通しません
t-402-why = 途中のプロキシや検査装置が通信をいったん受けとめると、端末の証明書は相手に届きません。何も表示されない、ERR_EMPTY_RESPONSEやERR_BAD_SSL_CLIENT_AUTH_CERTと出る、証明書を選ぶ画面が出ない、などの形であらわれます。
t-402-todo = Wi-Fiを切って携帯電話の回線で確かめてください。それで使えるなら、ネットワークの管理者に、下のサイトを検査の対象から外すよう依頼してください。
t-403-title = ページが開かない、403と出る
t-403-why = 施設や会社のネットワークが、このサイトへの接続を止めていることがあります。
t-403-todo = Wi-Fiを切って携帯電話の回線で開いてください。そのネットワークで使うときは、管理者に、下のサイトへの接続を許可するよう依頼してください。
t-404-title = 画面が白いまま、または黒いままです
t-404-why = 見守りやフィルタリングのアプリ、広告を止めるアプリが、ページを止めていることがあります。
t-404-todo = アプリの設定で、下のサイトを許可してください。設定を変えられないときは、端末を管理している方に依頼してください。このサイトは、JavaScriptとCookieがなくても使えます。
t-405-title = 画面ロックを求められます
t-405-why = Androidは、証明書を守るために画面ロック（PIN、パターン、パスワード）を求めます。とくにAndroid 10以前では、画面ロックがないと証明書を入れられず、あとで画面ロックをやめると証明書が消えます。
t-405-todo = 「設定」→「セキュリティ」→「画面ロック」で、PIN、パターン、パスワードのどれかを決めてから入れてください。入れたあとも、画面ロックをやめないでください。
t-406-title = 「発行者を確認できない」という警告が出ます
t-406-why = Windowsなどは、はじめて見るルート証明書を入れる前に、本物かどうかをたずねます。
t-406-todo = 警告に出る「拇印」や「フィンガープリント」を下の値とくらべ、同じなら「はい」を押します。ちがうときは入れずに、担当者に知らせてください。
t-407-title = ほかのアプリで証明書が使われません
t-407-why = 入れた証明書を使えるのは、おもに標準のブラウザーです。iPhoneとiPadではSafari、AndroidではChrome、WindowsではEdgeとChrome、MacではSafariとChromeです。メールやチャットのアプリの中で開いた画面では使えません。
t-407-todo = 証明書を使うサイトは、上のブラウザーで開いてください。メールやチャットのリンクは、長押しして「ブラウザーで開く」などを選びます。
t-408-title = 証明書を選ぶ画面が出なくなりました
t-408-why = 一度「キャンセル」を押すと、ブラウザーは、閉じるまで証明書なしでつなぎつづけることがあります。
t-408-todo = ブラウザーをすべて閉じてから、もう一度開いてください。スマートフォンやタブレットでは、アプリの一覧を出し、SafariやChromeを上にスワイプして終わらせます。それでも出ないときは、端末を再起動してください。
t-409-title = 証明書のパスワードがわかりません
t-409-why = 証明書のパスワードは、ダウンロードの画面に出ています。確認コードと同じ場合、自分で決めた場合、別の案内で届く場合があります。端末のパスコードとはちがいます。
t-409-todo = 時間内なら、ダウンロードの画面をもう一度開くと、見ることができます。時間が過ぎたときは、担当者に再発行を依頼してください。過ぎたあとのパスワードは、だれにも調べられません。
t-410-title = 機種変更や紛失のとき
t-410-why = 証明書は、1台ごとに別のものです。ほかの端末にうつすことはできません。
t-410-todo = 機種変更のときは、前の端末で「使えるか確かめる」を押し、「新しい端末に変える」へ進んでください。それが出ないときや、前の端末を使えないときは、担当者に新しい案内を依頼してください。前の端末の証明書は、新しい端末で使えることが確かめられるまで使えます。なくしたときや盗まれたときは、すぐに担当者に知らせてください。その証明書をすぐに止められます。
topic-hosts = サイト
topic-fingerprint = ルート証明書のフィンガープリント
probe-title = このネットワークでは
probe-asking = 調べています。1分ほどかかることがあります。証明書を選ぶ画面が出たら、証明書を選んでください。
probe-arrived = 証明書が届きました。このネットワークで使えます。
probe-clear = 証明書のサイトにはつながりますが、証明書は届いていません。途中で通信が開かれているようすはありません。
probe-between = 途中で通信が開かれています。ネットワークの装置かウイルス対策ソフトのため、証明書は届きません。Wi-Fiを切り、携帯電話の回線で確かめてください。
probe-blocked = 証明書のサイトにつながりません。このネットワークが接続を止めているか、途中の装置が証明書のやりとりを断っています。Wi-Fiを切り、携帯電話の回線で確かめてください。
probe-offline = いまは、どこにもつながっていません。電波やWi-Fiの設定を確かめてください。
probe-by-hand = 次のボタンでも確かめられます。画面が出れば、つながっています。何も出ないときや、「ERR_」で始まる文字が出るときは、ネットワークが止めています。
topics = 関連する説明
help-codes = 画面に出るコード
help-topics = よくある困りごと

## Preview of a link in a chat

preview-lead = 証明書を使う端末のブラウザーで、このリンクを開いてください。

## Letters

letter-first-title = 証明書の受け取りのご案内
letter-first-lead = お使いの端末に入れる「証明書」をお渡しします。この案内で受け取れるのは、1台分です。
letter-first-apart = 受け取りには、別の便でお届けする「確認コードのお知らせ」も必要です。
letter-code = 受け取りのページを開くQRコード
letter-step-scan = 1. 証明書を入れる端末の「カメラ」で、QRコードを読み取ります。LINEなどのアプリで読み取ると、受け取れません。
letter-step-secret = 2. 開いたページに、「確認コードのお知らせ」に書かれている確認コードを入力します。
letter-step-install = 3. ページの案内のとおりに、証明書を端末に入れます。
letter-by-number = QRコードを読み取れないとき
letter-by-number-how = 証明書を入れる端末で次のアドレスのページを開き、受取番号と確認コードを入力してください。
letter-address = アドレス
letter-number = 受取番号
letter-name = お名前
letter-devices = 端末
letter-until = 期限
letter-until-all = { $at } まで
letter-until-each = QRコードは { $code } まで。受取番号は { $number } まで。
letter-postal-code = 〒{ $code }
letter-to = { $name } 様
letter-date = { $date }
letter-mark = 整理番号 { $mark }
letter-first-foot = { $mark } 2枚のうちの1枚目。この紙だけでは受け取れません。
letter-second-title = 確認コードのお知らせ
letter-second-lead = 別の便でお届けする「証明書の受け取りのご案内」と合わせてお使いください。
letter-pair = 整理番号が { $mark } のご案内に、このコードを使います。
letter-secret = 確認コード
letter-secret-hint = 英小文字と数字を合わせた10文字です。数字の0と1、英字のi、l、o、uは使っていません。ハイフンは入れなくてもかまいません。
letter-password = 証明書のパスワード
letter-password-hint = 証明書を端末に入れるとき、パスワードを聞かれたら入力してください。大文字と小文字を区別します。
letter-keep-secret = ・確認コードを、ほかの人に教えないでください。担当者がお聞きすることもありません。
letter-keep-apart = ・受け取りが終わるまで、ご案内とは別の場所に保管してください。
letter-keep-until = ・受け取りが終わったら、読めないように細かく切って捨ててください。
letter-second-foot = { $mark } 2枚のうちの2枚目。この紙だけでは受け取れません。
letter-list = お届け先の一覧
letter-list-count = { $what } { $count }通
letter-list-mark = 整理番号
letter-list-enrollment = 登録
letter-list-done = 確認
letter-list-foot = { $page } / { $pages }ページ。この一覧に、確認コードや受取番号は書かれていません。
letter-no-facility = 施設の指定なし
letter-specimen = 見本
letter-specimen-how = 封筒の窓から、点線の中がすべて見えることを確かめてください。下と左の線が{ $length } mmでないときは、印刷を「実際のサイズ」にしてください。
letter-specimen-name = 山田 太郎
letter-specimen-kana = やまだ たろう
letter-specimen-address = 東京都千代田区千代田1丁目1番1号
letter-specimen-facility = 見本クリニック
