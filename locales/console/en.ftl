# The texts of the operators' console, in English.

## Everywhere

console-name = Certificate console
console-help-title = Codes explained
console-help-lead = What each code on the console means, and what to do.
console-onward = To the first page
nav = Menu
crumbs = You are here
time-ago = { $span } ago
time-ahead = in { $span }
sign-out = Sign out
role-operator = Operator
role-facility-manager = Facility manager
role-help-desk = Help desk
role-auditor = Auditor

## Navigation

nav-work = Work
nav-home = Home
nav-issue = Issue
nav-enrollments = Enrollments
nav-bulk = Issue in bulk
nav-letters = Letters
nav-mail = Mail
nav-directory = Directory
nav-subscribers = People
nav-facilities = Facilities
nav-organization = Organization
nav-operators = Operators
nav-audit = Audit log
nav-settings = Settings
nav-installation = Installation
nav-organizations = Organizations
nav-administrators = Administrators
nav-installation-audit = Installation’s log

## Parts

form-problems = { $count ->
    [one] One field needs another look
   *[other] { $count } fields need another look
}
confirm-label = Type it to confirm
confirm-hint = This cannot be undone. To go on, type exactly:
confirm-wrong = What you typed is not the same
pager = Pages
pager-first = First page
pager-next = Next page
nothing-title = Nothing matches
nothing-text = Change the filters, or take them away.
console-cancel = Cancel
console-save = Save
flaw-empty = Please fill this in
flaw-too-long = At most { $most } characters, please
flaw-invisible = Line breaks and invisible characters do not fit here
flaw-address = This is no e-mail address such as keiko@example.jp
flaw-range = Please give a number from { $least } to { $most }
flaw-unknown = There is no “{ $name }”
flaw-taken = “{ $name }” is taken already
flaw-alphabet = These characters fit: { $letters }

## Home

home-title = Home
home-lead = What needs a hand. A number opens the list behind it.
home-empty-title = Nothing needs a hand now
home-empty-text = When somebody is stuck, or a certificate is about to end, it appears here.
need-locked = Locked after wrong secrets
need-not-installed = Fetched, but not proven to work
need-not-fetched = Secret right, but the file never fetched
need-change-unfinished = Device changes under way
need-expiring = Certificates about to end
need-ended = Certificates that ended without a successor
need-change-given-up = Device changes given up; the old certificate stays
chooser-title = Choose an organization
chooser-none-title = You work for no organization yet
chooser-none-text = Ask an operator of your organization for an invitation.
chooser-administrator = Under “Installation” in the menu you create organizations and invite their operators.

## Entrance

sign-in-title = Sign in
sign-in-lead = Sign in with a passkey: this device’s fingerprint, face or PIN, or a security key.
sign-in-button = Sign in with a passkey
sign-in-recover = No passkey at hand? Use your recovery code
sign-in-invited = Is this your first time? Open the invitation link that you were sent.
step-up-title = Confirm that it is you
step-up-lead = This cannot be undone, so please show your passkey once more. It counts for five minutes.
step-up-button = Confirm with a passkey
resume-title = Check before you send
resume-lead = Thank you. Everything you typed is still here; the button below sends it.
resume-send = Send this
resume-anew = Begin anew
resume-lost = It was too much to keep, or it had a file in it. Please enter it again.
join-title = Accept the invitation
join-organization = Organization
join-role = Role
join-until = Link open until
join-lead = You are about to make a passkey on this device. There is no password: from now on you sign in by fingerprint, face or PIN.
join-name = Your name
join-name-hint = Colleagues see it, and so does the log of what was done
join-button = Make a passkey
join-as-lead = You are signed in as { $name }. This invitation will be accepted with that account.
join-as-button = Accept with this account
join-as-other = If the invitation is for somebody else, sign out first.
join-done = You have accepted the invitation
recover-title = Sign in with a recovery code
recover-lead = Type the recovery code that you wrote down. Then you make a new passkey.
recover-code = Recovery code
recover-code-hint = 30 letters and digits; capitals and hyphens do not matter
recover-button = Next
recover-passkey-title = Make a new passkey
recover-passkey-lead = The recovery code is right. Once the new passkey is made on this device, you are signed out everywhere else.
code-shown-title = Recovery code
code-shown-first = Your passkey is registered. Write this recovery code down and keep it in a safe place.
code-shown-again = This is your new recovery code; the one before no longer works. Write it down and keep it in a safe place.
code-shown-why = If you lose your device, it signs you in once. It will not be shown again after you leave this page.
code-shown-onward = I wrote it down: to the console
passkey-cancelled = It was cancelled, or took too long. Please try again.
passkey-there-already = This device or security key is registered already.
passkey-unsupported = This browser has no passkeys. Please use a newer one.
passkey-failed = The passkey could not be used. Please try again.
passkey-needs-script = Passkeys need JavaScript; please switch it on.
role-administrator = Administrator of the installation

## Account

account-title = Account
account-passkeys = Passkeys
account-passkeys-lead = What you sign in with. Register two or more, in case you lose a device.
account-passkey = Name
account-made = Registered
account-used = Last used
account-never = Never
account-acts = Acts
account-rename = Rename
account-remove = Remove
account-add = Add a passkey
account-add-lead = Register another device or a security key.
account-passkey-name = Name of the passkey
account-passkey-hint = So that you can tell them apart; it may stay empty
account-add-button = Add a passkey
account-code = Recovery code
account-code-lead = A new recovery code replaces the one that you have.
account-code-made = The present one was made
account-code-button = Make a new recovery code
account-self = Name and contact
account-email = E-mail address
account-email-hint = For notices; it may stay empty
account-saved = Saved
account-sessions = Where you are signed in
account-device = Device
account-from = From
account-since = Signed in
account-seen = Last active
account-this = This one
account-end = Sign it out
account-end-others = Sign out everywhere else
passkey-added = The passkey “{ $name }” was added
passkey-renamed = The passkey is now called “{ $name }”
passkey-removed = The passkey “{ $name }” was removed
sessions-ended = Signed out

## Codes

t-501-title = Please sign in
t-501-why = You were signed out after a while without activity, or have not signed in yet. Nothing was changed.
t-501-todo = Sign in. What you typed is kept, and can be sent afterwards.
t-502-title = This page has become old
t-502-why = The form was opened in another session, or too long ago. Nothing was changed.
t-502-todo = Check what it says and send it again. If you did not send it yourself, close this page.
t-503-title = Your role does not allow this
t-503-why = Your role in this organization does not include this page or act.
t-503-todo = If you need it, ask an operator of the organization to change your role.
t-504-title = For administrators of the installation
t-504-why = Only people who administer the whole installation can use this page.
t-504-todo = If you need it, ask an administrator.
t-505-title = Please confirm that it is you
t-505-why = Acts that cannot be undone need a passkey shown within the last 5 minutes. Nothing was changed.
t-505-todo = Show your passkey. What you typed is kept.
t-506-title = This passkey does not sign you in
t-506-why = It is not registered here, was removed, or your device did not check that it is you (fingerprint, face or PIN).
t-506-todo = Choose another passkey, or sign in with your recovery code.
t-507-title = This passkey was refused
t-507-why = Its counter went backwards, which can mean that somebody has a copy.
t-507-todo = Sign in with another passkey or your recovery code and remove this one under “Account”. If you cannot explain it, tell an operator at once.
t-508-title = The recovery code is not right
t-508-why = It is mistyped, or was used already. A recovery code works once.
t-508-todo = Type it again from your note. If you cannot find it, ask an operator for a new invitation.
t-509-title = This link does not work
t-509-why = An invitation link works once, within 72 hours. It was used, has expired, or a part of it is missing.
t-509-todo = Make sure that you opened the whole link. Otherwise ask whoever invited you for a new one.
t-510-title = This account has ended
t-510-why = An operator ended the account. Nobody can sign in with it.
t-510-todo = If you did not expect this, ask an operator of your organization.
t-511-title = The last passkey stays
t-511-why = Without any passkey you could not sign in. Nothing was changed.
t-511-todo = Add another passkey first, then remove this one.
t-512-title = Somebody else was quicker
t-512-why = Somebody changed this after you opened the page. To keep their change, nothing of yours was done.
t-512-todo = Look at the present state, and repeat your change if it is still needed.
t-513-title = That took too long
t-513-why = Too much time passed since the passkey was asked for, or the same answer was used before.
t-513-todo = Please start again.
t-514-title = Too many tries
t-514-why = There were too many failures in a short time, so this account waits for a while.
t-514-todo = Wait a little and try again. If it was not you, tell an operator.
t-515-title = Somebody must be left
t-515-why = Nobody else would be able to do this any more. Nothing was changed.
t-515-todo = Invite somebody else first, then try again.
t-516-title = It is there already
t-516-why = The same thing exists. Nothing was changed.
t-516-todo = Look for it in the list.
t-517-title = No more fit
t-517-why = There are as many as there can be. Nothing was changed.
t-517-todo = Remove one that is no longer used, then try again.
