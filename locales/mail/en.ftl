# The texts of mails, in English. The master is ja.ftl beside it.

## In every mail

greeting = Dear { $name },
automatic = This mail was sent automatically.
contact = Help
contact-phone = Phone
contact-email = E-mail
contact-hours = Hours
contact-nobody = If something is unclear, please ask the person who told you about this certificate.
not-you = If you know nothing of this, please get in touch with us at once.
when = When
device = Device
device-ios = iPhone
device-ipados = iPad
device-macos = Mac
device-android = Android
device-windows = Windows
device-other = another device

## The invitation

invitation-subject = { $organization }: get your certificate
invitation-title = Get your certificate
invitation-lead = We have a certificate for your device. This invitation is for one device.
invitation-step-open = Open this mail on the device that shall get the certificate, and press the button below.
invitation-step-secret-never = On the page that opens, enter the secret code that you are told in another way.
invitation-step-secret-apart = On the page that opens, enter the secret code that follows in a mail of its own.
invitation-step-secret-together = On the page that opens, enter the secret code below.
invitation-step-install = Follow the page to put the certificate on the device.
invitation-button = Open the page
invitation-until = The button works until { $at }.
invitation-browser = If the page opens inside your mail app and says “Open this in Safari or Chrome”, please do as it says.
invitation-number-how = For another device, or if the button does not work, open this page on the device that shall get the certificate, and enter the retrieval number and the secret code.
address = Page
number = Retrieval number
number-until = The retrieval number works until
secret = Secret code
invitation-keep = Please do not forward this mail.

## The secret

secret-subject = { $organization }: your secret code
secret-title = Your secret code
secret-lead = Please enter this secret code on the page of the mail “Get your certificate” that we sent before.
secret-hint = It has ten small letters and digits. The digits 0 and 1 and the letters i, l, o and u are not used.
password = Password of the certificate
password-hint = Please enter it if you are asked for a password when the certificate goes onto the device. Capitals matter.
secret-keep = Tell nobody the secret code. Nobody of us will ask you for it.

## What has happened

fetched-subject = { $organization }: your certificate was fetched
fetched-title = Your certificate was fetched
fetched-lead = The file with your certificate was fetched on this device.

installed-subject = { $organization }: your certificate is ready
installed-title = Your certificate is ready
installed-lead = We have seen that the certificate is on your device.
not-after = Valid until

reissued-subject = { $organization }: your certificate is being reissued
reissued-title = Your certificate is being reissued
reissued-lead = You will be told separately how to get the new certificate.
reissued-ended = The certificate that you had does not work any more.
reissued-goes-on = The certificate that you have works until the new one is ready.

revoked-subject = { $organization }: your certificate was revoked
revoked-title = Your certificate was revoked
revoked-lead = Your certificate was revoked. It does not let you in any more.

change-subject = { $organization }: a change to a new device has begun
change-title = A change to a new device has begun
change-lead = With your device, somebody has begun to set up a new device for your certificate.
change-goes-on = When the new device has been seen to work, the certificate on the old one ends. Until then it works as before.
change-not-you = If this was not you, somebody else may be at your device. Please get in touch with us at once.

## A mail to try

test-subject = { $organization }: a test of the mail
test-title = A test of the mail
test-lead = If you read this, certificates can be announced by mail. Please make sure that all letters are right and that this was not taken for spam.
