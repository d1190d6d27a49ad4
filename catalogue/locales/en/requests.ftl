request-export = Copy of your data
request-erasure = Deletion of your data
request-of = { $what }, asked for on { $date }
request-label-received = Received
request-label-waiting = Waiting
request-label-running = In progress
request-label-packaging = Almost ready
request-label-verifying = Almost done
request-label-ready = Ready
request-label-gone = No longer available
request-label-done = Done
request-label-cancelled = Cancelled
request-due = You have our answer by { $date }.
request-days-left = { $days ->
    [0] Less than a day is left.
    [one] 1 day is left.
   *[other] { $days } days are left.
}
request-overdue = We should have answered by { $date }. We are sorry that we are late, and are still working on it.
request-says-received = We have your request and will begin in a moment. There is nothing for you to do.
request-says-cooling-off = Nothing is deleted yet. You can change your mind until { $until }; then we begin.
request-says-beginning = The time to change your mind is over, and we are about to begin.
request-says-collecting = We are collecting what we hold about you. There is nothing for you to do.
request-says-erasing = We are deleting what was collected about your use. There is nothing for you to do.
request-says-retry = We are waiting for “{ $source }”, which does not answer at present. We try again by ourselves: { $at }.
request-says-found-again = After the deletion we looked into “{ $source }” again, and something was still there. It will be deleted again, and you need not do anything: { $at }.
request-says-verifying = Everything is deleted, and we are looking into each place again to be sure. There is nothing for you to do.
request-says-reopened = We looked again, and something was there that should have been deleted. We are deleting it now. There is nothing for you to do.
request-says-done-read-again = Everything collected about your use is deleted. Your account goes on as before. We looked again to be sure that nothing is left, and look once more: { $at }.
request-says-packaging = Everything is collected. We are packing it into one file.
request-says-ready = Your copy is ready. You can download it until { $until }.
request-says-expired = The time to download the copy is over, and it is deleted. You can ask for a new one.
request-says-disabled = You disabled the link, and the copy is deleted. You can ask for a new one.
request-says-erased = The copy was deleted together with your data.
request-says-done = Everything collected about your use is deleted. Your account goes on as before.
request-says-cancelled = This request was cancelled. Nothing more happens.
request-received-export = We have received your request. You get our answer by { $date } at the latest, and a mail when your copy is ready.
request-received-erasure = We have received your request. You have our answer by { $date }. Your account stays as it is, and we will write to you when everything is deleted.
request-done-open = You had already asked for this. This is your request.
request-done-cancelled = The request is cancelled.
request-done-disabled = The link is disabled. Nobody can download the copy any more.
request-undelivered = A mail to you about this request did not arrive. Please check your email address.
request-undelivered-link = Go to your email address
request-open-before = You asked for this on { $date }, and we are working on it.
request-open-link = See your request
request-steps = Time line
request-step-done = done
request-step-now = under way
request-step-later = still to come
request-step-received = Received
request-step-mind = Time to change your mind
request-step-collecting = Collecting
request-step-packing = Packing
request-step-ready = Ready to download
request-step-downloaded = Downloaded
request-step-deleting = Deleting
request-step-reading = Looking again
request-step-erased = Everything deleted
request-step-cancelled = Cancelled
request-step-expired = Time to download over
request-step-disabled = Link disabled
request-step-withdrawn = Copy deleted with your data
request-step-until = until { $at }
request-sources = Progress
request-sources-count = { $done } of { $all } done
request-sources-where = Where
request-sources-state = Status
request-sources-result = Result
request-source-account = Your account and its history
request-source-usage = Your use of the product
request-source-archives = Copies from earlier requests
request-source-pending = Not begun
request-source-running = In progress
request-source-waiting = Does not answer. Next try: { $at }
request-source-found-again = Something was still there. Will be deleted again: { $at }
request-source-erased = Deleted, being looked at again
request-source-done = Done
request-result-records = { $count ->
    [0] Nothing held
    [one] 1 record
   *[other] { $count } records
}
request-result-deleted = { $count ->
    [0] Nothing held
    [one] 1 record deleted
   *[other] { $count } records deleted
}
request-result-copies = { $count ->
    [0] None there
    [one] 1 copy deleted
   *[other] { $count } copies deleted
}
request-result-unreadable = { $count ->
    [0] None there
   *[other] Addresses and programs made unreadable for good
}
request-result-none = –
request-again = Show the present state
request-details = Details
request-detail-id = Request
request-detail-law = Law
request-law-gdpr = General Data Protection Regulation (GDPR)
request-law-ccpa = California Consumer Privacy Act (CCPA)
request-detail-size = Size of the file
request-detail-sum = SHA-256 of the file
request-cancel = Cancel the request
request-download = Go to the download ({ $size })
request-disable = Delete this copy
request-new = Ask for a new copy
cancel-title = Cancel the request
cancel-lead-export = We stop putting your copy together. You can ask for a new one at any time.
cancel-lead-erasure = Nothing is deleted, and everything stays as it is. You can ask for it again at any time.
cancel-too-late = This request can no longer be cancelled.
cancel-keep = Keep the request
download-title = Download your data
download-lead = The file holds everything about you. Save it only on a device that nobody else uses.
download-open = Unpack it and open index.html to read it.
download-minutes = For your safety we ask again who you are ten minutes after you last signed in or confirmed. An interrupted download can be resumed.
download-mail = We tell you by mail that it was downloaded.
download-button = Download the file
disable-title = Delete this copy
disable-lead = Nobody can download this copy any more, not even you, and it is deleted soon after. You can ask for a new one at any time.
disable-gone = There is no copy that can be downloaded.
disable-button = Delete this copy
