mail-factor-tell = If it was not you, change your password at once, and tell { $whom }.
mail-factor-take-back = If it was not you, take it back on this page. Then all sessions end, and you get a link to choose a new password:
mail-factor-link = Opening it changes nothing yet: the page asks first. The link works once, and until { $until }, whatever else is changed meanwhile.
mail-phone-verified-subject = Your phone is your second factor
mail-phone-verified-happened = A phone number was verified for your account. Besides your password, signing in now takes a code that is sent there. Sessions that were open elsewhere have ended.
mail-phone-verified-at = Verified
mail-phone-number = Phone number
mail-app-added-subject = Your authenticator app is a second factor
mail-app-added-happened = An authenticator app was added to your account. Besides your password, signing in now takes a code that the app shows. Sessions that were open elsewhere have ended.
mail-passkey-added-subject = A new passkey for your account
mail-passkey-added-happened = A passkey was added to your account. It signs in without your password; with your password, signing in now takes a second factor. Sessions that were open elsewhere have ended.
mail-factor-undone-subject = Your second factor was taken back
mail-factor-undone-phone = The phone number of your account was taken back, with the link in the mail that told of it. No code is sent there any more, and your recovery codes no longer work.
mail-factor-undone-app = The authenticator app of your account was taken back, with the link in the mail that told of it. Its codes, and your recovery codes, no longer work.
mail-factor-undone-passkey = A passkey of your account was taken back, with the link in the mail that told of it. Nobody can sign in with it any more, and your recovery codes no longer work.
mail-factor-undone-codes = The recovery codes of your account were taken back, with the link in the mail that told of them. None works any more until you make new ones.
mail-factor-undone-then = All sessions have ended, the token for the GDPR APIs is revoked, passkeys that were added in the last week are removed, and a link to choose a new password was sent to you. Choose one now: who set what you took back knew the one you have.
mail-factor-removed-subject = Your second factor was removed
mail-factor-removed-one-subject = One of your second factors was removed
mail-passkey-removed-subject = A passkey was removed
mail-phone-removed-last = The phone number was removed from your account. Signing in takes your password alone from now on, and your recovery codes no longer work.
mail-phone-removed-others = The phone number was removed from your account. Your other second factors, and your recovery codes, go on working.
mail-app-removed-last = The authenticator app was removed from your account. Signing in takes your password alone from now on, and your recovery codes no longer work.
mail-app-removed-others = The authenticator app was removed from your account. Your other second factors, and your recovery codes, go on working.
mail-passkey-removed-last = A passkey was removed from your account: nobody can sign in with it any more. Signing in takes your password alone from now on, and your recovery codes no longer work.
mail-passkey-removed-others = A passkey was removed from your account: nobody can sign in with it any more. Your other second factors, and your recovery codes, go on working.
mail-factor-removed-not-you = If it was not you, change your password at once, and then add a second factor again.
mail-codes-issued-subject = You have new recovery codes
mail-codes-issued-happened = Recovery codes were made for your account. Each stands once for your second factor. Recovery codes that were made before no longer work, and sessions that were open elsewhere have ended.
mail-codes-issued-you = If it was you, keep them where only you can read them.
mail-code-used-subject = A recovery code was used
mail-code-used-happened = { $left ->
    [0] One of your recovery codes was used in place of your second factor. There is none left: make new ones.
    [one] One of your recovery codes was used in place of your second factor. There is one left.
   *[other] One of your recovery codes was used in place of your second factor. There are { $left } left.
}
mail-code-used-you = If it was you, there is nothing else to do.
mail-code-used-not-you = If it was not you, somebody knows your password and your recovery codes. Change your password at once, and then make new recovery codes.
mail-code-used-at = Used
mail-failed-codes-subject = Wrong codes for your account
mail-failed-codes-happened = { $tries ->
    [one] Somebody gave your right password, and then 1 wrong code in place of one of your second factor. They did not get in.
   *[other] Somebody gave your right password, and then { $tries } wrong codes in place of one of your second factor. They did not get in.
}
mail-failed-codes-not-you = If it was not you, somebody knows your password. Change it at once, and wherever else you use it. Give nobody a code of yours, whatever they say.
mail-failed-codes-from = From
mail-failed-codes-networks = { $count ->
    [one] 1 network
   *[other] { $count } networks
}
mail-failed-codes-first = First
mail-failed-codes-last = Last
