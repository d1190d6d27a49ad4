archive-title = Your data
archive-introduction = You asked for a copy of the data that is held about you. This is all of it, as it stood on { $at }. What cannot or must not be in it is named { $below }.
archive-introduction-below = below
archive-personal = It is personal: keep it where only you can read it.
archive-contents = On this page
archive-contents-organizations = Organizations and projects
archive-contents-statement = About the processing
archive-about = About this archive
archive-about-made-gdpr = Made for account { $account } on request { $request }, under the General Data Protection Regulation (GDPR), Articles 15 and 20.
archive-about-made-ccpa = Made for account { $account } on request { $request }, under the California Consumer Privacy Act (CCPA).
archive-about-made-law = Made for account { $account } on request { $request }, under this law: { $law }.
archive-nothing = Nothing is on record.
archive-none = none
archive-on = on
archive-off = off
archive-more = { $count ->
    [one] One more is in { $file }.
   *[other] { $count } more are in { $file }.
}
archive-elsewhere = { $count ->
    [one] 1 record is in { $file }.
   *[other] { $count } records are in { $file }.
}
archive-since = since { $at }
archive-from = from { $place }
archive-last-used = last used { $at }
archive-nameless = Without a name
archive-profile = Profile and settings
archive-profile-name = Name
archive-profile-email = Sign-in address
archive-profile-billing = Billing address
archive-profile-billing-none = none: bills go to the sign-in address
archive-profile-language = Language
archive-profile-language-en = English
archive-profile-language-de = German
archive-profile-time-zone = Time zone
archive-profile-as-browser = none chosen: that of your browser
archive-profile-pending = New address that waits to be confirmed
archive-profile-pending-until = { $email }, until { $until }
archive-profile-former = Former address
archive-profile-former-until = { $email }; you can go back to it until { $until }
archive-profile-phone = Phone for codes
archive-profile-phone-sms = codes to { $phone } by text message
archive-profile-phone-call = codes to { $phone } by call
archive-profile-app = Authenticator app
archive-profile-app-set = set up
archive-profile-passkeys = Passkeys
archive-profile-codes = Recovery codes left
archive-profile-phone-pending = Phone that waits to be verified
archive-profile-token = Token for the GDPR APIs
archive-profile-token-used = made { $made }, holds until { $until }, last used { $used }
archive-profile-token-unused = made { $made }, holds until { $until }, never used
archive-profile-opened = Account opened
archive-switch-personalization = Personalize my experience
archive-switch-usage = Log my use of the product
archive-switch-state = { $switch }: { $state }
archive-sessions = Where you are signed in
archive-sessions-none = You are signed in nowhere.
archive-sessions-unknown = A program that is not known
archive-organizations = Organizations
archive-organizations-none = You are a member of no organization.
archive-organizations-member = you are a member
archive-organizations-admin = you are an admin
archive-organizations-owner = you are an owner
archive-organizations-demand = it demands a second factor of its members
archive-projects = Projects
archive-projects-none = Your organizations have no projects.
archive-projects-owned = you own it
archive-projects-created = created { $at }
archive-consents = How your switches stood
archive-consents-policy = under privacy policy { $version }
archive-consents-opened = when the account was opened
archive-requests = What you asked for
archive-requests-export-received = A copy of your data: received
archive-requests-export-done = A copy of your data: done
archive-requests-export-cancelled = A copy of your data: cancelled
archive-requests-export-working = A copy of your data: being worked on
archive-requests-erasure-received = Erasure of what was collected about your use: received
archive-requests-erasure-done = Erasure of what was collected about your use: done
archive-requests-erasure-cancelled = Erasure of what was collected about your use: cancelled
archive-requests-erasure-working = Erasure of what was collected about your use: being worked on
archive-requests-asked = asked for { $at }
archive-requests-due = due by { $at }
archive-requests-closed = closed { $at }
archive-history = What happened to your account
archive-usage = Your use of the product
archive-usage-none = No use of the product is stored.
archive-usage-details = { $count ->
    [one] 1 further detail
   *[other] { $count } further details
}
archive-files = The files
archive-files-in-all = { $count ->
    [one] 1 file, { $size } in all. Everything above is in it, and all that did not fit above.
   *[other] { $count } files, { $size } in all. Everything above is in them, and all that did not fit above.
}
archive-files-records = { $count ->
    [one] 1 record
   *[other] { $count } records
}
archive-files-explained = explained in { $file }
archive-files-profile = Your profile and settings
archive-files-sessions = Where you are signed in
archive-files-organizations = The organizations you are a member of
archive-files-projects = The projects of your organizations
archive-files-requests = What you asked for about your data
archive-files-consents = How your switches stood, and when they changed
archive-files-history = Everything that happened to your account, as data
archive-files-history-table = Everything that happened to your account, as a table
archive-files-usage = Your use of the product, as data
archive-files-usage-table = Your use of the product, as a table
archive-forms = How to open them
archive-forms-csv = Files ending in { $csv } are tables: a spreadsheet opens them. A { $quote } stands before a text that a spreadsheet would otherwise run as a formula.
archive-forms-json = Files ending in { $json } (JSON) and { $ndjson } (JSON in lines: a list with one record in each line) are for programs, and any text editor shows them. Take these where you want to move your data to another service.
archive-forms-schemas = Files in { $schemas } (JSON Schema) say what each member of a record means; { $manifest } lists all files for programs.
archive-forms-times = Times in files are in UTC, as 2026-12-23T23:59:00Z.
archive-left-out = What is not in this archive
archive-left-out-secrets = Your password, codes, recovery codes, and the values of tokens and API secrets: of most of them only hashes are kept, and a file that lies about must open nothing.
archive-left-out-others = What is stored of other members of your organizations: it is theirs.
archive-left-out-hashes = Keyed hashes by which a known browser or network is recognised: they say nothing without a key that is kept apart.
archive-left-out-erased = What was erased. Where it stood in the history, it reads as erased.
archive-sums = Check that a file is whole
archive-sums-how = A program such as sha256sum must print the same sum.
