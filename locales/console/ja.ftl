# The texts of the operators' console, in Japanese: the master. The English catalogue has the same keys with the same variables (a
# test holds that). No key stands in the catalogues of the other pages as well; what is the same everywhere (dates, spans, kinds of
# device, the codes T-2xx) comes from there.

## Everywhere

console-name = 証明書の管理
console-help-title = コードの説明
console-help-lead = 管理画面に出るコードの意味と、どうすればよいかの一覧です。
console-onward = はじめの画面へ
nav = メニュー
crumbs = 現在の場所
time-ago = { $span }前
time-ahead = { $span }後
sign-out = サインアウト
role-operator = 管理者
role-facility-manager = 施設担当
role-help-desk = ヘルプデスク
role-auditor = 監査

## Navigation

nav-work = 業務
nav-home = ホーム
nav-issue = 発行する
nav-enrollments = 発行の一覧
nav-bulk = まとめて発行
nav-letters = 案内状
nav-mail = メール
nav-directory = 台帳
nav-subscribers = 利用者
nav-facilities = 施設
nav-organization = 組織
nav-operators = 担当者
nav-audit = 監査ログ
nav-settings = 設定
nav-installation = システム全体
nav-organizations = 組織の一覧
nav-administrators = システム管理者
nav-installation-audit = システムの監査ログ

## Parts

form-problems = 入力内容を { $count } か所ご確認ください
confirm-label = 確認のための入力
confirm-hint = この操作は元に戻せません。続けるには、次のとおりに入力してください：
confirm-wrong = 入力された文字が一致しません
pager = ページの移動
pager-first = 最初のページ
pager-next = 次のページ
nothing-title = 該当するものがありません
nothing-text = 絞り込みの条件を変えるか、条件を外してください。
console-cancel = やめる
console-save = 保存
flaw-empty = 入力してください
flaw-too-long = { $most } 文字以内で入力してください
flaw-invisible = 改行や、目に見えない特別な文字は使えません
flaw-address = メールアドレスの形になっていません（例：keiko@example.jp）
flaw-range = { $least } から { $most } までの数を入力してください
flaw-unknown = 「{ $name }」は登録されていません
flaw-taken = 「{ $name }」はすでに使われています
flaw-alphabet = 使える文字は次のとおりです：{ $letters }

## Home

home-title = ホーム
home-lead = 対応が必要なものです。数字を選ぶと一覧が開きます。
home-empty-title = いま対応が必要なものはありません
home-empty-text = 受け取りが止まっている人や、期限が近い証明書があると、ここに表示されます。
need-locked = 入力の間違いが続き、ロックされています
need-not-installed = ファイルを受け取ったあと、設定の完了を確認できていません
need-not-fetched = 認証は済みましたが、ファイルを受け取っていません
need-change-unfinished = 機種変更の途中です
need-expiring = 証明書の期限が近づいています
need-ended = 証明書の期限が切れ、代わりがありません
need-change-given-up = 機種変更が止まったままです（前の証明書は有効です）
chooser-title = 組織を選ぶ
chooser-none-title = 担当している組織がありません
chooser-none-text = 組織の管理者に、招待を依頼してください。
chooser-administrator = メニューの「システム全体」から、組織を作ったり、担当者を招待したりできます。

## Entrance

sign-in-title = サインイン
sign-in-lead = この端末の指紋・顔・PIN、またはセキュリティキーで、パスキーを使ってサインインします。
sign-in-button = パスキーでサインイン
sign-in-recover = パスキーが使えないとき（回復コード）
sign-in-invited = はじめての方は、届いた招待リンクを開いてください。
step-up-title = もう一度ご本人の確認
step-up-lead = 元に戻せない操作のため、パスキーをもう一度確認します。確認は5分間有効です。
step-up-button = パスキーで確認
resume-title = 送信の前にご確認ください
resume-lead = 確認できました。入力した内容はそのまま残っています。下のボタンで送信してください。
resume-send = この内容で送信する
resume-anew = 入力画面からやり直す
resume-lost = 入力の量が多いか、ファイルを含むため、内容を残せませんでした。お手数ですが、もう一度入力してください。
join-title = 招待の受け入れ
join-organization = 組織
join-role = 役割
join-until = リンクの期限
join-lead = お使いの端末にパスキーを作ります。パスワードはありません。次からは、指紋・顔・PINなどでサインインします。
join-name = お名前
join-name-hint = 操作の記録と、ほかの担当者の画面に表示されます
join-button = パスキーを作る
join-as-lead = { $name } さんとしてサインインしています。この招待を、いまのアカウントで受け入れます。
join-as-button = いまのアカウントで受け入れる
join-as-other = 別の人への招待のときは、先にサインアウトしてください。
join-done = 招待を受け入れました
recover-title = 回復コードでサインイン
recover-lead = 控えておいた回復コードを入力してください。続けて、新しいパスキーを作ります。
recover-code = 回復コード
recover-code-hint = 英数字30文字。大文字・小文字や区切りは気にせず入力できます
recover-button = 次へ
recover-passkey-title = 新しいパスキーを作る
recover-passkey-lead = 回復コードを確認しました。この端末に新しいパスキーを作ると、ほかの端末のサインインはすべて終了します。
code-shown-title = 回復コード
code-shown-first = パスキーを登録しました。次の回復コードを、紙などに控えて安全な場所に保管してください。
code-shown-again = 新しい回復コードです。前の回復コードは使えなくなりました。紙などに控えて安全な場所に保管してください。
code-shown-why = 端末を失ってパスキーが使えなくなったとき、このコードで一度だけサインインできます。この画面を閉じると、二度と表示できません。
code-shown-onward = 控えました。管理画面へ進む
passkey-cancelled = パスキーの確認が取り消されたか、時間切れになりました。もう一度お試しください。
passkey-there-already = この端末（またはセキュリティキー）のパスキーは、すでに登録されています。
passkey-unsupported = このブラウザーはパスキーに対応していません。新しいブラウザーでお試しください。
passkey-failed = パスキーの確認ができませんでした。もう一度お試しください。
passkey-needs-script = パスキーの確認には、ブラウザーのJavaScriptを有効にしてください。
role-administrator = システム管理者

## Account

account-title = アカウント
account-passkeys = パスキー
account-passkeys-lead = サインインに使うパスキーです。端末を失ったときのために、2つ以上の登録をおすすめします。
account-passkey = 名前
account-made = 登録日
account-used = 最後に使った日時
account-never = まだありません
account-acts = 操作
account-rename = 名前を変える
account-remove = 削除
account-add = パスキーを追加する
account-add-lead = 別の端末やセキュリティキーを登録します。
account-passkey-name = パスキーの名前
account-passkey-hint = あとで見分けられる名前。空欄のままでもかまいません
account-add-button = パスキーを追加
account-code = 回復コード
account-code-lead = 新しい回復コードを作ると、前のコードは使えなくなります。
account-code-made = いまのコードを作った日時：
account-code-button = 新しい回復コードを作る
account-self = お名前と連絡先
account-email = メールアドレス
account-email-hint = お知らせの送り先。なくてもかまいません
account-saved = 保存しました
account-sessions = サインイン中の端末
account-device = 端末
account-from = 接続元
account-since = サインインした日時
account-seen = 最後の操作
account-this = この端末
account-end = サインアウトさせる
account-end-others = ほかの端末をすべてサインアウトさせる
passkey-added = パスキー「{ $name }」を追加しました
passkey-renamed = パスキーの名前を「{ $name }」に変えました
passkey-removed = パスキー「{ $name }」を削除しました
sessions-ended = サインアウトさせました

## Codes

t-501-title = サインインが必要です
t-501-why = しばらく操作がなかったためサインアウトされたか、まだサインインしていません。まだ何も変更されていません。
t-501-todo = サインインしてください。入力した内容は残っており、サインインのあとで送信できます。
t-502-title = 画面が古くなっています
t-502-why = この入力画面は、別のサインインのときに開いたものか、開いてから時間がたちすぎています。まだ何も変更されていません。
t-502-todo = 内容を確かめて、もう一度送信してください。心当たりがないときは、送信せずに画面を閉じてください。
t-503-title = この操作の権限がありません
t-503-why = この組織でのあなたの役割では、この画面や操作を使えません。
t-503-todo = 必要なときは、組織の管理者に役割の変更を依頼してください。
t-504-title = システム管理者だけの画面です
t-504-why = この画面は、システム全体を管理する人だけが使えます。
t-504-todo = 必要なときは、システム管理者に依頼してください。
t-505-title = もう一度ご本人の確認が必要です
t-505-why = 元に戻せない操作の前には、5分以内にパスキーで本人確認をしていただきます。まだ何も変更されていません。
t-505-todo = パスキーで確認してください。入力した内容は残っています。
t-506-title = このパスキーではサインインできません
t-506-why = このパスキーは登録されていないか、登録が解除されているか、本人確認（指紋・顔・PIN）が行われませんでした。
t-506-todo = 別のパスキーを選ぶか、回復コードでサインインしてください。
t-507-title = このパスキーの利用を止めました
t-507-why = パスキーの使用回数が前回より戻っています。複製された可能性があるため、受け付けませんでした。
t-507-todo = 別のパスキーか回復コードでサインインし、「アカウント」の画面でこのパスキーを削除してください。心当たりがないときは、すぐに管理者へ連絡してください。
t-508-title = 回復コードが正しくありません
t-508-why = 入力された回復コードは、間違っているか、すでに使われています。回復コードは1回だけ使えます。
t-508-todo = 控えを見ながらもう一度入力してください。見つからないときは、管理者に新しい招待リンクを依頼してください。
t-509-title = このリンクは使えません
t-509-why = 招待リンクは1回だけ、発行から72時間以内に使えます。すでに使われたか、期限が切れたか、途中で欠けています。
t-509-todo = リンク全体を開いているか確かめてください。それでも開けないときは、招待した人に新しいリンクを依頼してください。
t-510-title = このアカウントは終了しています
t-510-why = 管理者がこのアカウントを終了しました。サインインはできません。
t-510-todo = 心当たりがないときは、組織の管理者に確認してください。
t-511-title = 最後のパスキーは削除できません
t-511-why = パスキーが1つもなくなると、サインインできなくなります。何も変更されていません。
t-511-todo = 先に別のパスキーを追加してから、削除してください。
t-512-title = ほかの人が先に変更しました
t-512-why = 画面を開いたあとに、ほかの人が同じものを変更しました。上書きを防ぐため、何も変更していません。
t-512-todo = 最新の内容を確かめてから、必要ならもう一度操作してください。
t-513-title = 時間切れです
t-513-why = パスキーの確認を始めてから時間がたちすぎたか、同じ確認がすでに使われました。
t-513-todo = もう一度はじめからお試しください。
t-514-title = 試行回数が多すぎます
t-514-why = 短い間に何度も失敗したため、このアカウントでの確認をしばらく止めています。
t-514-todo = しばらく待ってから、もう一度お試しください。心当たりがないときは、管理者に連絡してください。
t-515-title = 最後の1人は外せません
t-515-why = この操作をすると、この権限を持つ人が1人もいなくなります。何も変更されていません。
t-515-todo = 先に別の人を招待してから、もう一度操作してください。
t-516-title = すでに登録されています
t-516-why = 同じものがすでにあります。何も変更されていません。
t-516-todo = 一覧で、登録済みのものを確かめてください。
t-517-title = これ以上は登録できません
t-517-why = 登録できる数の上限に達しています。何も変更されていません。
t-517-todo = 使っていないものを削除してから、もう一度お試しください。
