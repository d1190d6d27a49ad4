mail-hello = Hello,
mail-hello-name = Hello { $name },
mail-signature = This mail was sent by { $service }.
mail-your-account = Your account
mail-to-account = Go to your account
mail-contact-address = If you have a question, answer this mail or write to { $contact }.
mail-contact-page = If you have a question, see { $contact }
mail-contact-words = If you have a question, this is who to ask: { $contact }
mail-whom = { $service } ({ $contact })
mail-quoted = “{ $words }”
mail-gathered = { $count ->
    [one] The same happened once more shortly before. So that your mailbox does not fill up, this is the one mail about all of it; your history lists each of them.
   *[other] The same happened { $count } more times shortly before. So that your mailbox does not fill up, this is the one mail about all of it; your history lists each of them.
}
mail-nothing-to-do = If it was you, there is nothing to do.
mail-link-once = Opening it changes nothing yet: the page asks first. The link works once, and until { $until }.
mail-link-until = Opening it changes nothing yet: the page asks first. The link works until { $until }.
mail-link-asks = Opening it changes nothing yet: the page asks first.
mail-mailbox-read = If it was not you, somebody else reads your mail: change the password of your mailbox, and then that of your account.
mail-take-back = Take it back
mail-program-unknown = a program that did not say what it is
mail-program-called = a program that calls itself { $name }
mail-program-on = { $program } on { $system }
mail-program-python = a Python program
mail-program-android-app = an Android app
mail-ip-address = From the internet address
mail-ip-address-unknown = not known
mail-at-added = Added
mail-at-asked = Asked for
mail-at-changed = Changed
mail-at-ended = Ended
mail-at-made = Made
mail-at-removed = Removed
mail-at-revoked = Revoked
mail-at-taken-back = Taken back
mail-name = Name
mail-request = Request
