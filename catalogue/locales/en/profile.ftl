profile-title = Profile & Preferences
profile-person = About you
profile-name = Name
profile-billing = Billing email
profile-billing-none = Bills go to the address you sign in with.
profile-sign-in = Signing in
profile-email = Email address
profile-email-pending = Waiting for you to confirm { $email }: open the link in the mail we sent there, and press the button.
profile-password = Password
profile-factors-none = None yet. Add a passkey, and a stolen password alone no longer opens your account.
profile-passkeys = { $count ->
    [one] 1 passkey
   *[other] { $count } passkeys
}
profile-codes-left = { $count ->
    [0] No recovery codes are left.
    [one] 1 recovery code is left.
   *[other] { $count } recovery codes are left.
}
profile-codes-renew = Make new codes
profile-organizations = Organizations
profile-organizations-none = You are not a member of any organization.
profile-done-name = Your name is changed.
profile-done-email = Almost done: open the link in the mail we sent to the new address, and press the button there. Until then you sign in with the old one.
profile-done-email-cancelled = Your email address stays as it is.
profile-done-billing = Your billing email is changed.
profile-done-billing-removed = Bills now go to the address you sign in with.
profile-done-password = Your new password holds. All your other sessions are signed out.
name-title = Change your name
name-hint = As you want to be addressed, up to 200 characters.
name-wrong = Enter a name of 1 to 200 letters, without invisible or misleading characters
email-title = Change your email address
email-lead = You sign in with { $email } now. We send a link to the new address; open it and confirm, and you sign in with the new address. Your old address gets a mail too: for a week the link in it takes the change back.
email-cancel-link = Cancel the change
email-cancel-title = Cancel the change of your email address?
email-cancel-lead = { $email } will not become your address, and the link we sent there no longer works.
email-cancel-button = Cancel the change
email-replaces = You have asked for { $email } before. A new request takes its place.
email-new = New email address
email-button = Send the link
billing-title = Change your billing email
billing-lead = Bills and messages about payment also go here. We tell the old and the new address, and you can take the change back for a week.
billing-hint = Leave it empty to have bills sent to the address you sign in with.
password-title = Change your password
password-lead = All your other sessions will be signed out.
password-current = Current password
password-new = New password
password-hint = 8 to 128 characters of any kind. A few words that do not belong together are good.
password-wrong = Choose a password of 8 to 128 characters that is hard to guess and is not made of your name or address
password-button = Change password
profile-language = Language
profile-zone = Time zone
profile-done-language = Your language is changed.
profile-done-zone = Your time zone is changed.
language-title = Choose your language
language-lead = Pages, mails and messages speak to you in this language.
language-of-browser = The language of your browser
language-en = English
language-de = Deutsch
language-wrong = Choose one of these languages
zone-title = Choose your time zone
zone-lead = Dates and times are told in this zone. If you leave it to your browser, that works with JavaScript, and while personalization is switched on; otherwise times are told in UTC, and say so.
zone-of-browser = The zone of your browser
zone-wrong = Choose a time zone from the list
zone-africa = Africa
zone-america = America
zone-antarctica = Antarctica
zone-arctic = Arctic
zone-asia = Asia
zone-atlantic = Atlantic Ocean
zone-australia = Australia
zone-europe = Europe
zone-indian = Indian Ocean
zone-pacific = Pacific Ocean
