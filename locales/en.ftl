# The texts of every page, in English. The master is locales/ja.ftl.
# What stands in “” is the name of something on the screen, and is shown in bold.

## Everywhere

site-name = Get your certificate
skip = Skip to the content
languages = Language
language-ja = 日本語
language-ja-easy = やさしい日本語
language-en = English
contact = Help
contact-phone = Phone
contact-email = E-mail
contact-hours = Hours
contact-nobody = Please ask the person who told you about this certificate.
reference = Reference
reference-hint = When you ask for help, please give the code and this reference.
code = Code
why = Why
todo = What to do
copy = Copy
copied = Copied
back-to-start = To the first page

## Times

moment = { $weekday ->
    [mon] Mon
    [tue] Tue
    [wed] Wed
    [thu] Thu
    [fri] Fri
    [sat] Sat
   *[sun] Sun
} { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}, { $time } (Japan time)
moment-with-year = { $weekday ->
    [mon] Mon
    [tue] Tue
    [wed] Wed
    [thu] Thu
    [fri] Fri
    [sat] Sat
   *[sun] Sun
} { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }, { $time } (Japan time)
date = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }
time-of-day = { $time } (Japan time)
span-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

## Devices

device = { $platform ->
    [ios] iPhone
    [ipados] iPad
    [android] Android
    [windows] Windows
    [macos] Mac
    [chromeos] Chromebook
    [linux] Linux
   *[unknown] unknown device
}
device-with-version = { $platform ->
    [ios] iPhone (iOS { $version })
    [ipados] iPad (iPadOS { $version })
    [android] Android { $version }
    [windows] Windows { $version }
    [macos] Mac (macOS { $version })
   *[other] { device } { $version }
}
windows-10-or-11 = Windows 10 or 11
list-separator = {", "}

## Number entry

number-title = Enter your retrieval number
number-lead = The retrieval number and the secret code are in your invitation.
number-label = Retrieval number
number-hint = 8 digits
number-wrong = The number or the secret code is not right
number-qr = If your invitation has a QR code, just scan it with the camera of the device that will use the certificate.

## Facility entry

facility-title = Enter the code of your facility
facility-label = Facility code
facility-hint = The letters and digits in your invitation, such as G13B.
facility-submit = Next
facility-none = I have no facility code
facility-other = This is not my facility
facility-instead = Start with a facility code

## Secret entry

secret-title = Enter your secret code
secret-label = Secret code
secret-hint = The 10 letters and digits in your invitation (such as abcde-fghjk), in capitals or small letters.
secret-submit = Get the certificate
secret-once = Only one device can have it. Go on only on the device that will use the certificate.
secret-until = You can get it until { $until } ({ $span } left).
secret-attempts = { $count ->
    [1] One more mistake, and no code can be entered for a while.
   *[other] After { $count } more mistakes, no code can be entered for a while.
}
secret-resume = The certificate was made on { $at }, on this kind of device: { $device }. Enter the secret code to go on where you stopped (until { $until }).
secret-resume-elsewhere = The certificate was made on { $at }, on this kind of device: { $device }. It does not work on this one ({ $here }). Go on with the other device (until { $until }). If it was not you, say so at once.
device-now = Your device
device-change = This is not my device
device-change-lead = Choose the device that will use the certificate.
choose-title = Which device is it for?
choose-lead = Choose the device that will use the certificate.
password-label = Choose a certificate password
password-hint = At least 10 letters, digits and symbols. You will need it in a moment, to install the certificate.

## Another browser or device is needed

browser-title = { $browser ->
    [safari] Please open this page in Safari
    [edge] Please open this page in Edge
   *[chrome] Please open this page in Chrome
}
browser-why-in-app = This page is open inside another app, where no certificate can be installed.
browser-why-other = No certificate can be installed from this browser.
browser-nothing-used = Nothing has been used up. You can open the page again in the other browser.
browser-hop = { $browser ->
    [safari] Open in Safari
    [edge] Open in Edge
   *[chrome] Open in Chrome
}
browser-by-menu = Open it from the menu
browser-by-address = Open it by its address
browser-or = If the button does not open it
browser-scan = You can also start by scanning this with the phone or tablet that will use the certificate.
nothing-used = Nothing has been used up.
continue-anyway = Continue here anyway
old-title = This device is too old
old-fact = Your device: { $device }. It needs { $platform ->
    [android] Android { $needed }
    [windows] Windows { $needed }
    [ipados] iPadOS { $needed }
   *[ios] iOS { $needed }
} or later.
old-todo = Update the device, or open this invitation on another one.
other-title = This device cannot have a certificate
other-fact = Your device: { $device }
other-todo = Open this invitation on a phone, a tablet, a Windows PC or a Mac. If your device is another one, choose it below. On Android, turn off “Desktop site” to be recognised.

## The ticket

ticket-title = Your certificate is ready
ticket-elsewhere = This certificate is for another kind of device: { $device }. It does not work on this one ({ $here }). Open the invitation again on the other device. If it was the wrong device, ask for a new certificate.
ticket-download = Download the certificate
ticket-left = { $count ->
    [one] You can download it until { $until } ({ $span } left), once more.
   *[other] You can download it until { $until } ({ $span } left), { $count } more times.
}
ticket-used-up = The file cannot be downloaded any more. Go on below with the file that you have.
ticket-fetched = Downloaded on { $at }.
ticket-file = File
ticket-deadline-ahead = If you download it now, install it by { $until }. After 8 minutes the device throws it away.
ticket-deadline = Install it by { $until }. After that the device throws it away.
ticket-deadline-over = More than 8 minutes have passed since the download. If “Settings” does not show it, download it again.
ticket-copy = Copy the certificate's password
ticket-get = Download the certificate
ticket-install = Put it on this device
ticket-password-ready = Have the certificate's password at hand
ticket-password-why = Your device will ask for it during the installation.
ticket-password-secret = Your device will ask for it during the installation. It is the secret code that you entered, with the hyphen (-).
ticket-password-separate = It is in the letter that you received separately. Your device will ask for it during the installation.
ticket-check-title = When it is installed
ticket-check-lead = See on this device whether it works.
ticket-check = Check the certificate
unfinished = If you are still installing it
unfinished-lead = As long as the downloaded file is on the device, you can go on.
ticket-trouble = If something goes wrong
ticket-trouble-password = “Wrong password”, or the file does not open
ticket-trouble-compatible = If the password is right, your device may not read the newer format. Try the compatible file. It holds the same certificate.
ticket-compatible = Download the compatible file
ticket-trouble-typing = Check capitals and small letters, the hyphen (-), and that there is no extra space.
ticket-trouble-prompt = Nothing happens after the download
ticket-trouble-prompt-ios = In “Settings” → “Apps” → “Safari” → “Downloads”, choose “On My iPhone” or “On My iPad”, and download again.
ticket-trouble-prompt-ios-17 = In “Settings” → “Safari” → “Downloads”, choose “On My iPhone” or “On My iPad”, and download again.
ticket-trouble-prompt-file = Open the notification, or the file { $name } in the list of “Downloads”.
ticket-trouble-prompt-pc = Open the “Downloads” folder and double-click the file { $name }.
ticket-trouble-check = The check page does not open
ticket-trouble-check-why = The network of an office, or security software, may stop the connection.
ticket-trouble-check-look = Look at this network
ticket-name = Its name on the device
ticket-ends = Valid until
ticket-old = Remove the old certificate
ticket-old-lead = Remove it only after you have seen that the new one works.

installed-title = Your certificate works
installed-fact = It was seen to work on { $at }, on this kind of device: { $device }.
installed-lead = The file is not kept any longer.
installed-again = If you need to install it again, please ask for a new one.

## The steps and their pictures. What stands in “” in a step is what its picture marks

picture = Picture of the screen
picture-tap = Picture of the screen. What to tap: { $things }
picture-then = {", then "}
step-otherwise = If you cannot find it
edition-change = If your screen looks different
edition-ios-18 = { $platform ->
    [ipados] iPadOS 18 or later
   *[ios] iOS 18 or later
}
edition-ios-15 = { $platform ->
    [ipados] iPadOS 15 to 17
   *[ios] iOS 15 to 17
}
edition-ios-14 = { $platform ->
    [ipados] iPadOS 14 or earlier
   *[ios] iOS 14 or earlier
}
edition-android-11 = Android 11 or later
edition-android-10 = Android 10 or earlier
edition-macos-15 = macOS 15 or later
edition-macos-13 = macOS 13 and 14
edition-macos-12 = macOS 12 or earlier

## Steps: iPhone and iPad

step-ios-allow = Tap “Download the certificate”, then “Allow” in what comes up.
step-ios-close = Tap “Close”.
step-ios-settings = Open the “Settings” app and tap “Profile Downloaded” near the top.
step-ios-elsewhere = Open “General” → “VPN & Device Management” and tap the name below “Downloaded Profile”.
step-ios-elsewhere-14 = Open “General” → “Profile” and tap the name below “Downloaded Profile”.
step-ios-install = Tap “Install” at the top right.
step-ios-passcode = Enter the passcode of the device.
step-ios-consent = Read the text and tap “Next”.
step-ios-confirm = Tap “Install” again, and “Install” once more at the bottom. Do the same if it says “Warning”, “Not Signed” or “Not Verified”.
step-ios-password = Enter the certificate's password (hold the field to paste) and tap “Next”.
step-ios-done = Tap “Done”. The certificate is on the device.
step-ios-trust-where = Go back to “Settings” and open “General” → “About” → “Certificate Trust Settings”.
step-ios-trust = Turn on the switch of the certificate that was added and tap “Continue”.
step-ios-safari = From now on, open the sites that need the certificate in Safari.

## Steps: Android

step-android-open = Tap “Download the certificate”, then “Open” at the bottom. If it does not appear, open the notification from the top of the screen.
step-open-downloaded = Open the file { $name } from “Downloads”.
step-android-password = Enter the certificate's password (hold the field to paste) and tap “OK”.
step-android-kind = Choose “VPN & app user certificate” and tap “OK”. Do not choose “Wi-Fi certificate”.
step-android-kind-old = Make sure that “Credential use” says “VPN and apps”, and tap “OK”. Do not choose “Wi-Fi”.
step-android-name = Leave the name as it is and tap “OK”.
step-android-lock = If you are told that there is no screen lock, set a PIN or the like. If you remove the screen lock later, the certificate goes with it.
step-android-done = When it says that it is installed, you are done. Some devices say nothing.
step-android-chrome = From now on, open the sites that need the certificate in Chrome.

## Steps: Windows

step-windows-open = Press “Download the certificate”, then “Open file” at the top right. If it does not appear, open “…” → “Downloads” at the top right of the browser.
step-windows-user = Leave “Current User” as it is and press “Next”.
step-windows-file = Just press “Next”.
step-windows-password = Enter the certificate's password (paste with Ctrl+V) and press “Next”. Leave the boxes as they are.
step-windows-store = Leave “Automatically select the certificate store based on the type of certificate” as it is and press “Next”.
step-windows-finish = Press “Finish”.
step-windows-root = If a “Security Warning” appears, press “Yes”.
step-windows-done = When it says “The import was successful.”, press “OK”.
step-windows-restart = Close all windows of the browser and open it again.

## Steps: Mac

step-macos-allow = Press “Download the certificate”, and “Allow” if you are asked.
step-macos-settings = In “System Settings”, open “General” → “Device Management” and double-click the downloaded profile.
step-macos-settings-13 = In “System Settings”, open “Privacy & Security” → “Profiles” and double-click the downloaded profile.
step-macos-settings-12 = In “System Preferences”, open “Profiles” and select the downloaded profile.
step-macos-install = Press “Install”. If you are asked for the Mac's password, enter it.
step-macos-password = Enter the certificate's password and press “Install”.
step-macos-always = At the first use, choose the certificate, and press “Always Allow” when the keychain asks.

## Steps: another computer

step-browser-save = Press “Download the certificate” and save the file { $name }.
step-browser-import = In the browser's settings, search for “certificates” and choose the file under “Your certificates” → “Import”.
step-browser-password = Enter the certificate's password.

## How an old certificate is removed

removal-ios-where = In “Settings”, open “General” → “VPN & Device Management” and tap the old profile.
removal-ios-where-14 = In “Settings”, open “General” → “Profile” and tap the old profile.
removal-ios = Tap “Remove Profile”.
removal-android-where = In “Settings”, open “Security & privacy” → “More security & privacy” → “Encryption & credentials” → “User credentials” and tap the old certificate.
removal-android-where-10 = In “Settings”, open “Security” → “Encryption & credentials” → “User credentials” and tap the old certificate.
removal-android = Tap “Delete” or “Remove”.
removal-windows-where = Type “certmgr.msc” into “Start” and open it.
removal-windows = Under “Personal” → “Certificates”, right-click the old certificate and press “Delete”.
removal-macos = In “System Settings”, open “General” → “Device Management”, double-click the old profile and press “Remove”.
removal-macos-13 = In “System Settings”, open “Privacy & Security” → “Profiles”, double-click the old profile and press “Remove”.
removal-macos-12 = In “System Preferences”, open “Profiles”, select the old profile and press “−”.
removal-browser = Delete the old certificate in the browser's settings, under “Certificates” → “Your certificates”.

## How the browser is brought to ask again

asking-ios-close = Bring up the list of apps and swipe Safari up to end it.
asking-ios-open = Open Safari and tap “Check again” on this page.
asking-ios-choose = When you are asked for a certificate, check its name and tap “Continue”.
asking-ios-private = If you are still not asked, open this page in a private tab of Safari.
asking-android-close = Bring up the list of apps and swipe Chrome up to end it.
asking-android-open = Open Chrome and tap “Check again” on this page.
asking-android-choose = When “Choose certificate” appears, choose the certificate and tap “Select”.
asking-android-private = If you are still not asked, open this page in a new Incognito tab of Chrome.
asking-windows-close = Close all windows of the browser.
asking-windows-open = Open the browser, go back to this page with Ctrl+Shift+T and press “Check again”.
asking-windows-choose = When you are asked for a certificate, choose it and press “OK”.
asking-windows-private = If you are still not asked, open this page in a private window (Ctrl+Shift+N).
asking-macos-close = End the browser with command+Q.
asking-macos-open = Open the browser, go back to this page and press “Check again”.
asking-macos-choose = When you are asked for a certificate, choose it and press “Continue”.
asking-macos-private = If you are still not asked, open this page in a private window (command+Shift+N).
kind-android-file = Open the certificate's file in “Downloads” and enter its password. If the file is gone, ask the person in charge for a new certificate.

## How to leave an application or a browser that cannot install

app = { $app ->
    [line] LINE
    [facebook] Facebook
    [instagram] Instagram
    [threads] Threads
    [yahoo-japan] Yahoo! JAPAN
    [google-app] the Google app
    [teams] Teams
    [kakaotalk] KakaoTalk
    [wechat] WeChat
    [twitter] X
    [slack] Slack
    [outlook] Outlook
   *[other] the app
}
leave-menu = In { $app }, tap { $glyph ->
    [dots] “…”
    [kebab] “︙”
    [share] the share sign
   *[compass] the compass
} at the { $corner ->
    [top-right] top right
   *[bottom-right] bottom right
} of the screen.
leave-menu-other = Tap “…”, “︙” or the share sign in a corner of the screen.
leave-item = Tap “{ $item }”. Its name may be slightly different.
leave-copy = Copy the address above.
leave-paste-safari = Open Safari, hold the place for the address, and tap “Paste and Go”.
leave-paste-chrome = Open Chrome, tap the place for the address, and tap “Link you copied”.
leave-paste-edge = Open Edge, right-click the place for the address, and press “Paste and go”.

## Words of the systems' own screens, as the pictures show them

screen-cancel = Cancel
screen-ok = OK
screen-yes = Yes
screen-no = No
screen-delete = Delete
screen-settings = Settings
screen-leave-default = Open in default browser
screen-leave-external = Open in external browser
screen-leave-safari = Open in Safari
screen-leave-browser = Open in browser
screen-leave-chrome = Open in Chrome
screen-leave-paste-safari = Paste and Go
screen-leave-paste-chrome = Link you copied
screen-leave-paste-edge = Paste and go
screen-ios-question = This website is trying to download a configuration profile. Do you want to allow this?
screen-ios-ignore = Ignore
screen-ios-allow = Allow
screen-ios-downloaded = Profile Downloaded
screen-ios-close = Close
screen-ios-waiting = Profile Downloaded
screen-ios-general = General
screen-ios-vpn = VPN & Device Management
screen-ios-profile = Profile
screen-ios-profile-waiting = Downloaded Profile
screen-ios-install = Install
screen-ios-enter-passcode = Enter Passcode
screen-ios-agree = Consent
screen-ios-next = Next
screen-ios-warning = Warning
screen-ios-enter-password = Enter Password
screen-ios-installed = Profile Installed
screen-ios-done = Done
screen-ios-about = About
screen-ios-trust = Certificate Trust Settings
screen-ios-continue = Continue
screen-ios-remove = Remove Profile
screen-android-open = Open
screen-android-password = Enter the password
screen-android-kind = Choose a certificate type
screen-android-vpn = VPN & app user certificate
screen-android-wifi = Wi-Fi certificate
screen-android-name = Certificate name
screen-android-use = Credential use
screen-android-vpn-old = VPN and apps
screen-android-wifi-old = Wi-Fi
screen-android-installed = User certificate installed
screen-android-installed-old = The certificate is installed
screen-android-choose = Choose certificate
screen-android-select = Select
screen-android-refuse = Deny
screen-android-security = Security & privacy
screen-android-security-old = Security
screen-android-more = More security & privacy
screen-android-encryption = Encryption & credentials
screen-android-user = User credentials
screen-android-details = Credential details
screen-windows-wizard = Certificate Import Wizard
screen-windows-downloads = Downloads
screen-windows-open = Open file
screen-windows-user = Current User
screen-windows-machine = Local Machine
screen-windows-next = Next
screen-windows-file = File name
screen-windows-password = Password
screen-windows-automatic = Automatically select the certificate store based on the type of certificate
screen-windows-finish = Finish
screen-windows-warning = Security Warning
screen-windows-imported = The import was successful.
screen-windows-start = Start
screen-windows-certmgr = certmgr.msc
screen-windows-choose = Select a certificate for authentication
screen-windows-personal = Personal
screen-windows-certificates = Certificates
screen-macos-question = Do you want to allow downloads on this website?
screen-macos-allow = Allow
screen-macos-general = General
screen-macos-devices = Device Management
screen-macos-privacy = Privacy & Security
screen-macos-profile = Profiles
screen-macos-install = Install
screen-macos-password = Password
screen-macos-continue = Continue
screen-macos-keychain = Keychain password
screen-macos-always = Always Allow
screen-macos-refuse = Deny
screen-macos-remove = Remove
screen-macos-minus = −

## Refusals

t-101-title = This invitation was not found
t-101-why = The link or the number is not right, or is no longer in use.
t-101-todo = See whether the link was cut off. With a number, check both the number and the secret code. If you have several invitations, use the newest one.
t-102-title = The secret code is not right
t-102-why = What was entered does not match the invitation.
t-102-todo = Enter it once more as it stands in the invitation. The secret code has no digits 0 and 1, and no letters i, l, o and u.
t-103-title = The secret code has 10 characters
t-103-why = There are too many or too few of them, or some that are never used.
t-103-todo = Enter it once more as it stands in the invitation. This time was not counted as a mistake.
t-104-title = No code can be entered at the moment
t-104-fact = You can try again from { $until } ({ $span } left).
t-104-why = There were too many mistakes. The pause keeps others from guessing.
t-104-todo = Please try again later. If it is urgent, the person in charge can end the pause.
t-105-title = The invitation has ended
t-105-fact = It ended on { $at }.
t-105-why = When an invitation has ended, neither its link nor its number works any more.
t-105-todo = Please ask for a new invitation.
t-106-title = This link has ended
t-106-fact = It ended on { $at }.
t-106-why = For safety, links and QR codes work for a short time only.
t-106-todo = The retrieval number and the secret code still work.
t-106-action = Enter the retrieval number
t-107-title = This invitation was cancelled
t-107-fact = It was cancelled on { $at }.
t-107-why = The person in charge, or its owner, cancelled it.
t-107-todo = If you did not expect this, please ask the person in charge.
t-108-title = The certificate has already been handed out
t-108-fact = It was handed out on { $at }, to this kind of device: { $device }.
t-108-why = A certificate is handed out only once, and the time to download it is over.
t-108-todo = If it could not be installed, ask for a new one. If it was not you, say so at once.
t-109-title = The certificate is already in use
t-109-fact = It was seen to work on { $at }, on this kind of device: { $device }.
t-109-why = A certificate is handed out only once.
t-109-todo = To use another device or to install it again, ask for a new one. If it was not you, say so at once.
t-110-title = This certificate can no longer be used
t-110-fact = It was revoked on { $at }.
t-110-why = The person in charge revokes a certificate when a device is lost or replaced, or for a similar reason.
t-110-todo = If you still need one, please ask for a new invitation.
t-111-title = There is a newer invitation
t-111-fact = The newer one was made on { $at }.
t-111-why = A newer invitation took the place of this one.
t-111-todo = Use the link or the QR code of the newest invitation.
t-112-title = The time to download the file is over
t-112-fact-fetched = It ended on { $at }. The file was downloaded before that.
t-112-fact-unfetched = It ended on { $at }. The file was not downloaded.
t-112-why = For safety, the file is kept for a short time only.
t-112-todo = If you have not downloaded it, open the invitation again and enter the secret code. If you could not install it, ask for a new one.
t-113-title = The file cannot be downloaded any more
t-113-fact = { $limit ->
    [one] It can be downloaded once.
   *[other] It can be downloaded { $limit } times.
}
t-113-why = For safety, the number of downloads is limited.
t-113-todo = See whether the file is still on your device. If you could not install it, ask for a new one.
t-114-title = This password cannot be used
t-114-why = It is too short or too easy to guess, or has characters that devices cannot take.
t-114-todo = Choose at least 10 letters, digits and symbols that are hard to guess.
t-115-title = The invitation is for another device
t-115-fact = The invitation is for: { $devices }
t-115-why = This invitation is for another kind of device. Nothing has been used up.
t-115-todo = Open the invitation on the right device.
t-116-title = This facility code was not found
t-116-why = The code is not right, or this facility does not use one.
t-116-todo = Check the facility code in your invitation and enter it again. Without a facility code, the retrieval number and the secret code are enough.
t-116-action = Enter the facility code again
t-117-title = This organization hands out no certificates at present
t-117-fact = It was closed on { $at }.
t-117-why = The organization that sent this invitation has been closed. Nothing has been used up.
t-117-todo = If you need a certificate, please ask the person who gave you the invitation.
t-118-title = The file was made too often
t-118-fact = You can try again from { $until } ({ $span } left).
t-118-why = The code is right, but the file was made many times and never downloaded. The pause keeps others from misusing the invitation.
t-118-todo = Please try again later. If it is urgent, the person in charge can end the pause. If it was not you, tell them.
t-190-title = Not possible at the moment
t-190-why = There is a passing problem. Nothing has been used up.
t-190-todo = Please wait a little and try again.

## What is refused before anything is looked at

t-201-title = Please enter it again
t-201-why = We could not see that it was sent from this page. What you entered was not looked at.
t-201-todo = Enter it and send it again. This was not counted as a mistake.
t-202-title = Please enter it again
t-202-why = The page had been open for a long time. What you entered was not looked at.
t-202-todo = Enter it and send it again. This was not counted as a mistake.
t-203-title = Not accepted from another site
t-203-why = For safety, nothing is accepted that another site sends. Nothing has been used up.
t-203-todo = Open the link of your invitation again, and enter it there.
t-204-title = Too much was sent
t-204-why = It is more than this form can send.
t-204-todo = Open the link of your invitation again, and enter it there.
t-205-title = Not accepted in this form
t-205-why = What was sent does not have the form that this page sends.
t-205-todo = Open the link of your invitation again, and enter it there.
t-206-title = What was sent cannot be read
t-206-why = It is damaged. The connection may have broken.
t-206-todo = Open the link of your invitation again, and enter it there.
t-207-title = Please wait a little
t-207-fact = Please wait { $span }.
t-207-why = There were many requests from the same place in a short time.
t-207-todo = Wait a little and try again. Nothing has been used up.
t-208-title = There is no such page
t-208-why = The address is not right, or the page is gone.
t-208-todo = Open the link of your invitation again, or start from the first page.
t-209-title = That is not possible here
t-209-why = This page was opened in a way that it does not accept.
t-209-todo = Open the link of your invitation again.
t-211-title = The file has no such part
t-211-why = A part beyond the end of the file was asked for.
t-211-todo = Start the download again.
t-290-title = Something went wrong
t-290-why = Something unexpected happened in the system.
t-290-todo = Wait a little and try again. If it goes on, ask for help and give the reference that the page shows.
t-291-title = Not available at the moment
t-291-why = The system is not ready. Nothing has been used up.
t-291-todo = Please wait a little and try again.

## The check page

check-ok-title = Your certificate works
check-ok-done = All done. You can close this page.
check-ok-soon = It ends in { $span }. Please ask for a new certificate.
check-ok-name = Name in the certificate
check-ok-until = Valid until
check-again = Check again
check-asking = How to be asked again
check-asking-lead = After one “Cancel” the browser remembers it and asks no more.
check-kind = If you installed it as a “Wi-Fi certificate”
check-issuer-shown = Issuer of the certificate that was shown
check-issuer-expected = Issuer of the certificate that is needed
t-301-title = No certificate was shown
t-301-why = It is not installed yet, or the choice was cancelled, or it was installed as another kind.
t-301-todo = Open this page in Safari, Chrome or Edge on the device that has the certificate. On an office network, try the mobile line as well.
t-301-todo-here = { $platform ->
    [ios] Open this page in Safari on the iPhone that has the certificate.
    [ipados] Open this page in Safari on the iPad that has the certificate.
    [android] Open this page in Chrome on the Android device that has the certificate. If you installed it as “Wi-Fi certificate”, install it again as “VPN & app user certificate”.
    [windows] Open this page in Edge or Chrome on the PC that has the certificate.
    [macos] Open this page in Safari or Chrome on the Mac that has the certificate.
   *[other] Open this page in Safari, Chrome or Edge on the device that has the certificate.
} On an office network, try the mobile line as well.
t-302-title = Another certificate was chosen
t-302-why = A certificate of another system was shown.
t-302-todo = Close the browser, open it again and choose the certificate of this system.
t-303-title = The certificate has expired
t-303-fact = It ended on { $at }.
t-303-why = Certificates are valid for a limited time.
t-303-todo = Please ask for a new certificate.
t-304-title = The certificate is not valid yet
t-304-fact = It is valid from { $at }.
t-304-why = The clock of the device or of the system may be wrong.
t-304-todo = Wait a little and check again. If it goes on, please ask for help.
t-305-title = The certificate was revoked
t-305-fact = It was revoked on { $at } ({ $reason ->
    [key-compromise] device lost or stolen, or the like
    [affiliation-changed] change of facility or name
    [superseded] replaced by a newer certificate
    [cessation-of-operation] device no longer in use
    [privilege-withdrawn] use ended
   *[unspecified] no reason recorded
}).
t-305-why = The person in charge, or its owner, revoked this certificate.
t-305-todo = If you still need one, please ask for a new certificate.
t-306-title = An old certificate was chosen
t-306-fact = A newer certificate took its place on { $at }.
t-306-why = There is a newer certificate.
t-306-todo = Close the browser, open it again and choose the newer certificate. You can remove the old one from your device.
t-307-title = This certificate is not registered
t-307-why = The issuer is right, but there is no record that it was issued.
t-307-todo = Do not use it, and tell the person in charge.
t-308-title = The certificate is stopped on the way
t-308-why = A device in the office network, or security software, takes the connection apart to inspect it. So your certificate cannot arrive here.
t-308-todo = Turn Wi-Fi off and check again by the mobile line. To use this network, ask whoever runs it to leave this site out of the inspection.
t-390-title = It cannot be checked at the moment
t-390-why = There is a passing problem. Nothing is wrong with the certificate.
t-390-todo = Please wait a little and check again.

## A change to another device, on the old one

check-change = Change to a new device
change-title = Change to a new device
change-lead-scan = Scan the QR code of the next page with the camera of the new device.
change-lead-stays = The certificate on this device goes on working until the new one has been seen to work.
change-lead-ends = Then the certificate on this device ends.
change-begin = Show the QR code
change-back = Back, without a change
change-invited-otherwise = You have, or will get, another invitation. If you begin here, that one ends.
change-stopped = It was stopped on { $at }. The certificate on this device works as before.
change-shown-title = Scan this with the new device
change-scan = Scan the QR code with the camera of the new device
change-scan-picture = QR code for the new device to scan
change-by-number = If it cannot be scanned
change-by-number-how = Open this address on the new device and enter the retrieval number.
change-secret = Enter the secret code on the page that opens
change-secret-keep = Show it to nobody else.
change-install = Install the certificate on the new device
change-install-how = Follow the pages on the new device. The change is complete after “Check the certificate”.
change-until = It works until { $until } ({ $span } left).
change-look = See how far it is
change-hidden-title = The change is under way
change-hidden-why = The QR code and the secret code are shown only where the change was begun. If you have them shown anew, the ones before work no more.
change-renew = Show a new QR code
change-late-title = The QR code has expired
change-late-fact = It worked until { $at }.
change-late-why = The new device has got nothing yet. The certificate on this device works as before.
change-taken-title = The new device has got its certificate
change-taken-fact = It was fetched on { $at }, on this kind of device: { $device }.
change-taken-todo = Install it on the new device and press “Check the certificate” there. Until then the one on this device works as before.
change-taken-not-you = If that was not you, stop it at once and tell the person in charge.
change-taken-tell = If that was not you, tell the person in charge at once.
change-done-title = You have changed to the new device
change-done-ended = The certificate on this device does not work any more. Please use the new device.
change-stop-lead = If you stop it, the QR code and whatever the new device has got will not work. The certificate on this device works as before.
change-stop = Stop the change
change-again-title = Please press it again
change-again = Please press the button on the page once more.
t-310-title = It cannot be begun now
t-310-why = For safety, a change can be begun three times in 24 hours.
t-310-todo = Please try again tomorrow. If it is urgent, ask the person in charge for a new certificate.
t-311-title = The change has come further already
t-311-why = The new device has got its certificate.
t-311-todo = Go on with the new device. If that was not you, tell the person in charge at once.
t-312-title = You cannot change devices on this page
t-312-why = The person in charge does that.
t-312-todo = Please ask for an invitation for your new device. The certificate on this device works as before.
t-313-title = You cannot get a new certificate now
t-313-why = No certificates are issued to you at the moment.
t-313-todo = Please ask the person in charge.

## Help

help-title = If you need help
help-lead = Find the code that you see, or your trouble: why it happens, and what to do.

## Help beyond the codes: what no page can see, under codes of its own

t-401-title = “Allow” does not appear after the download
t-401-why = An iPhone or iPad does not offer to install the profile where Safari saves downloads to iCloud Drive, or where another browser is used.
t-401-todo = Under “Settings” → “Apps” → “Safari” → “Downloads” (up to iOS 17 “Settings” → “Safari” → “Downloads”) choose “On My iPhone” or “On My iPad”. Open the invitation in Safari and download the file again: within its time you can have it several times.
t-402-title = The office network does not pass the certificate on
t-402-why = A proxy or an inspection device that takes the connection apart keeps the certificate from arriving. You may see an empty page, ERR_EMPTY_RESPONSE or ERR_BAD_SSL_CLIENT_AUTH_CERT, or are not asked for a certificate.
t-402-todo = Turn Wi-Fi off and check by the mobile line. If that works, ask whoever runs the network to leave these sites out of the inspection.
t-403-title = The page does not open, or says 403
t-403-why = The network of a facility or a company may block this site.
t-403-todo = Turn Wi-Fi off and open it by the mobile line. To use it in that network, ask whoever runs it to allow these sites.
t-404-title = The screen stays white or black
t-404-why = An app for family safety, filtering or ad blocking may stop the page.
t-404-todo = Allow these sites in the settings of the app, or ask whoever manages the device. These sites need neither JavaScript nor cookies.
t-405-title = The device asks for a screen lock
t-405-why = Android protects certificates by the screen lock (PIN, pattern or password). Up to Android 10 no certificate can be installed without one, and it is lost when the screen lock is removed.
t-405-todo = Choose a PIN, a pattern or a password under “Settings” → “Security” → “Screen lock”, then install the certificate. Keep the screen lock afterwards.
t-406-title = There is a warning that the issuer cannot be verified
t-406-why = Windows and others ask whether a root certificate that they see for the first time is genuine.
t-406-todo = Compare the “Thumbprint” or “Fingerprint” in the warning with the value below. If they are the same, press “Yes”. If not, do not install it, and tell the person in charge.
t-407-title = Another app does not use the certificate
t-407-why = It is mainly the system’s own browsers that can use it: Safari on iPhone and iPad, Chrome on Android, Edge and Chrome on Windows, Safari and Chrome on Mac. Pages inside mail and chat apps cannot.
t-407-todo = Open the sites that need the certificate in one of these browsers. Touch and hold a link in a mail or a chat, and choose to open it in the browser.
t-408-title = I am not asked to choose a certificate any more
t-408-why = After “Cancel”, a browser may go on without a certificate until it is closed.
t-408-todo = Close the browser altogether and open it again: on a phone or tablet, bring up the list of apps and swipe Safari or Chrome up. If that does not help, restart the device.
t-409-title = I do not know the certificate password
t-409-why = It is shown on the page of the download. It may be the secret code, one that you chose, or one that comes in a separate letter. It is not the passcode of your device.
t-409-todo = Within its time, open the page of the download again to see it. After that, ask for a new certificate: nobody can look the old password up.
t-410-title = A new device, or a lost one
t-410-why = Every device has a certificate of its own, which cannot be moved to another.
t-410-todo = For a new device, press “Check the certificate” on the old one and go on to “Change to a new device”. If that is not shown, or the old device does not work, ask for a new invitation. The old certificate works until the new one has been seen to work. If a device is lost or stolen, say so at once: its certificate can be stopped immediately.
topic-hosts = Sites
topic-fingerprint = Fingerprint of the root certificate
probe-title = This network
probe-asking = Looking. This may take a minute. If you are asked for a certificate, choose yours.
probe-arrived = Your certificate arrived. It works in this network.
probe-clear = The site of the certificate can be reached, but no certificate arrived. Nothing is seen to take the connection apart.
probe-between = Something takes the connection apart: a device in the network, or security software. No certificate can arrive. Turn Wi-Fi off and check by the mobile line.
probe-blocked = The site of the certificate cannot be reached. This network blocks it, or a device on the way refuses the exchange of certificates. Turn Wi-Fi off and check by the mobile line.
probe-offline = This device is not connected at the moment. Check its signal or Wi-Fi.
probe-by-hand = The button below tells as well. If a page appears, the site can be reached. If nothing appears, or a text that begins with “ERR_”, this network stops it.
topics = Related help
help-codes = Codes that a page shows
help-topics = Common troubles

## Preview of a link in a chat

preview-lead = Open this link in the browser of the device that will use the certificate.

## Letters

letter-first-title = Your certificate: how to get it
letter-first-lead = A certificate is ready for your device. This letter is for one device.
letter-first-apart = You also need the letter “Your secret code”, which comes separately.
letter-code = QR code that opens the page where you get the certificate
letter-step-scan = 1. Scan the QR code with the “Camera” of the very device that the certificate is for. Scanning with LINE or another app does not work.
letter-step-secret = 2. On the page that opens, enter the secret code from the letter “Your secret code”.
letter-step-install = 3. Follow the page to install the certificate.
letter-by-number = If you cannot scan the QR code
letter-by-number-how = On the device that the certificate is for, open this address, then enter the retrieval number and the secret code.
letter-address = Address
letter-number = Retrieval number
letter-name = Name
letter-devices = Devices
letter-until = Valid
letter-until-all = until { $at }
letter-until-each = The QR code until { $code }, the retrieval number until { $number }.
letter-postal-code = { $code }
letter-to = { $name }
letter-date = { $date }
letter-mark = Letter { $mark }
letter-first-foot = { $mark } sheet 1 of 2. This sheet alone opens nothing.
letter-second-title = Your secret code
letter-second-lead = Use it with the letter “Your certificate: how to get it”, which comes separately.
letter-pair = It belongs to the letter with the mark { $mark }.
letter-secret = Secret code
letter-secret-hint = 10 small letters and digits. There is no 0, 1, i, l, o or u. The hyphen can be left out.
letter-password = Certificate password
letter-password-hint = Enter it if the device asks for a password while it installs the certificate. Capital and small letters differ.
letter-keep-secret = • Tell nobody the secret code. We never ask for it.
letter-keep-apart = • Until you have the certificate, keep this sheet away from the other letter.
letter-keep-until = • Afterwards, cut this sheet into small pieces and throw it away.
letter-second-foot = { $mark } sheet 2 of 2. This sheet alone opens nothing.
letter-list = List of letters
letter-list-count = { $what }: { $count }
letter-list-mark = Letter
letter-list-enrollment = Enrollment
letter-list-done = Done
letter-list-foot = Page { $page } of { $pages }. This list holds no secret codes and no retrieval numbers.
letter-no-facility = Without a facility
letter-specimen = Specimen
letter-specimen-how = Check that the envelope's window shows everything inside the dashed line. If the lines below and at the left are not { $length } mm long, print at “Actual size”.
letter-specimen-name = Taro Yamada
letter-specimen-kana = やまだ たろう
letter-specimen-address = 1-1 Chiyoda, Chiyoda-ku, Tokyo
letter-specimen-facility = Specimen Clinic
