mail-export-received-subject = We have received your request for your data
mail-export-received-happened = We have received your request for a copy of the data that { $service } holds about you. You will have our answer by { $due }.
mail-export-received-next = We are putting it together and will write again when it is ready. This may take several weeks, and is often done much sooner.
mail-erasure-received-subject = We have received your request to delete your data
mail-erasure-received-happened = We have received your request to delete the data collected about your use of { $service }. You will have our answer by { $due }.
mail-erasure-received-next = Your account stays as it is: you can go on using it. We will write again when everything is deleted, and say what it was. This may take several weeks, and is often done much sooner.
mail-received-cancel-until = You can cancel it until { $until }, on this page:
mail-received-cancel-meanwhile = You can cancel it until we have put it together, on this page:
mail-received-link = See or cancel your request
mail-received-asks = Opening it changes nothing yet: the page asks you to sign in, and then what to do.
mail-received-not-you = If it was not you who asked for this, cancel it there and change your password.
mail-received-at = Received
mail-archive-ready-subject = Your data is ready
mail-archive-ready-happened = The copy of your data that you asked { $service } for is ready. You can fetch it on this page:
mail-archive-ready-link = Fetch your data
mail-archive-ready-until = It can be fetched until { $until }. The page asks you to sign in, so that nobody else gets it.
mail-archive-ready-open = What you get is a ZIP file of { $size }. Unpack it and open index.html, which shows what is in it. It is personal: keep it where only you can read it.
mail-archive-ready-sha256 = SHA-256 of the file
mail-archive-expiring-subject = The copy of your data is deleted soon
mail-archive-expiring-happened = You have not yet fetched the copy of your data that you asked { $service } for. You can fetch it until { $until }; then the copy is deleted.
mail-archive-expiring-then = The page asks you to sign in, so that nobody else gets it. If you no longer want the copy, there is nothing to do; you can ask for a new one at any time.
mail-erased-subject = Your data is deleted
mail-erased-happened = The data collected about your use of { $service } is deleted. We looked into each place again afterwards, and nothing was left. This is what was done, and where:
mail-erased-stays = Your account stays usable: you sign in as before, and your profile and settings are as they were.
mail-erased-at = Completed
mail-erased-account = Internet addresses and programs in the history of your account: made unreadable for good.
mail-erased-account-none = Internet addresses and programs in the history of your account: there were none.
mail-erased-usage = { $count ->
    [0] Your use of { $service }: nothing was stored.
    [one] Your use of { $service }: 1 record was deleted.
   *[other] Your use of { $service }: { $count } records were deleted.
}
mail-erased-archives = { $count ->
    [0] Copies of your data from earlier requests: there were none.
    [one] Copies of your data from earlier requests: 1 copy was deleted.
   *[other] Copies of your data from earlier requests: { $count } copies were deleted.
}
mail-erased-other = { $source }: deleted ({ $list }).
mail-erased-other-none = { $source }: nothing was held.
mail-erased-count = { $what }: { $count }
mail-export-cancelled-subject = Your request for your data is cancelled
mail-export-cancelled-happened = Your request to { $service } for a copy of your data is cancelled. Nothing was handed out.
mail-erasure-cancelled-subject = Your request to delete your data is cancelled
mail-erasure-cancelled-happened = Your request to delete the data collected about your use of { $service } is cancelled. Nothing was deleted.
mail-cancelled-again = You can ask again at any time. If it was not you who cancelled it, change your password first.
mail-cancelled-at = Cancelled
