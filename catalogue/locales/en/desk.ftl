desk-title = Privacy desk
desk-requests = Requests
desk-accounts = Accounts
desk-waiting = Waiting
desk-log = The log
desk-operators = Operators
desk-fault-home = Go to the requests
desk-sign-in-title = Sign in at the privacy desk
desk-sign-in-lead = This is where those who run the service see to privacy requests. You need an operator’s token with the scope “privacy” or “admin”.
desk-sign-in-token = Operator’s token
desk-sign-in-token-hint = It begins with pso_ and was shown once, when it was made.
desk-sign-in-record = What you look at here is on record. You are signed out after 30 minutes without use, and after 8 hours.
desk-sign-in-missing = Enter your token
desk-sign-in-wrong = This token is not valid. It may have been mistyped, revoked, or have expired.
desk-sign-in-scope = This token is valid, but it has not the scope “privacy” that the privacy desk wants. Ask for a token with it.
desk-sign-in-done-out = You are signed out.
desk-pages = Pages of the list
desk-pages-first = First page
desk-pages-next = Next page
desk-kind-export = Copy of the data
desk-kind-erasure = Deletion of the data
desk-source-account = The account and its history
desk-source-usage = Use of the product
desk-source-archives = Copies from earlier requests
desk-source-found-again = { $times ->
    [one] found again once
   *[other] found again { $times } times
}
desk-source-attempts = Failed tries
desk-source-records = { $count ->
    [one] 1 record
   *[other] { $count } records
}
desk-numbers = At a glance
desk-number-open = Open
desk-number-at-risk = At risk
desk-number-late = Late
desk-number-stalled = Stalled
desk-number-stalled-after = Closed, and stalled
desk-received = Received
desk-completed = Completed
desk-received-export = Received: copies
desk-received-erasure = Received: deletions
desk-completed-export = Completed: copies
desk-completed-erasure = Completed: deletions
desk-week = Week that began on
desk-chart-weeks = Received and completed, week by week
desk-chart-times = Time to completion
desk-chart-times-none = No request was completed in these 90 days.
desk-chart-table = The numbers as a table
desk-bar-median = { $kind }: half within { $time }
desk-bar-p90 = { $kind }: 9 of 10 within { $time }
desk-times-kind = Request
desk-times-count = Completed
desk-times-median = Half within
desk-times-p90 = 9 of 10 within
desk-times-longest = Longest
desk-seconds = { $count ->
    [0] less than a second
    [one] 1 second
   *[other] { $count } seconds
}
desk-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
desk-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
desk-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
desk-list-open = Open requests, by the days that are left
desk-list-closed = Closed requests
desk-list-none = There is no such request.
desk-filter-state = Status
desk-filter-open = Open
desk-filter-closed = Closed
desk-filter-kind = Request
desk-filter-all-kinds = All
desk-filter-only = Only
desk-filter-at-risk = at risk or late
desk-filter-stalled = stalled
desk-filter-none = Show all that are open
desk-column-left = Days left
desk-column-request = Request
desk-column-state = Status
desk-column-received = Received
desk-column-due = Due
desk-days-left = { $days ->
    [0] due today
    [one] 1 day
   *[other] { $days } days
}
desk-days-late = { $days ->
    [one] 1 day late
   *[other] { $days } days late
}
desk-closed-at = closed on { $date }
desk-closed = Closed
desk-at-risk = At risk
desk-stalled-since = Stalled since { $date }
desk-stalled-advice = Work on this request stands still. See below which source does not answer, and have it put right: it is asked again by itself.
desk-standing = Where it stands
desk-story-due = To be answered by
desk-archive = File
desk-archive-available = can be downloaded by the account holder
desk-archive-gone = deleted
desk-undelivered = Mails that did not arrive
desk-account = Account
desk-search = Email address, account or request
desk-search-hint = name@example.com, acc_… or req_…
desk-search-lead = Find the account that somebody writes to you about. That you look for it is on record, and the account holder sees it in their history.
desk-search-button = Find
desk-search-wrong = Enter an email address, or an id that begins with acc_ or req_
desk-search-none = There is no account of this address or id. It may have been deleted, or have another address.
desk-account-record = That you look at this account is on record, and the account holder sees it in their history.
desk-account-facts = The account
desk-account-id = Account
desk-account-since = Since
desk-account-open = Open requests
desk-account-requests = Privacy requests of this account
desk-account-requests-none = There was none.
