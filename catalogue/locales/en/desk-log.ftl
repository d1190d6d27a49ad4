desk-waiting-lead = What could not be taken is tried again by itself, at longer and longer intervals. Once the cause is put right, you can have it tried again at once.
desk-try-again = Try again
desk-try-all-again = Try all again
desk-since = Since
desk-tries = Tries
desk-next-try = Next try
desk-events = Events that read models could not take
desk-events-none = Every read model has taken every event.
desk-events-lead = Nothing is lost: what happened stands in the log. But what these concern is shown as it was before, until they are taken. Read the reason, put it right (most often with a new release), and have them tried again.
desk-events-of = Read model { $model }
desk-event-position = Position
desk-event-model = Read model
desk-event-what = Event
desk-event-why = Reason
desk-event-behind = Waits behind an earlier event
desk-events-tried = { $taken ->
    [0] None of the events was taken
    [one] 1 event was taken
   *[other] { $taken } events were taken
}{ $left ->
    [0] { "" }; none is left.
    [one] { "" }; 1 is left.
   *[other] { "" }; { $left } are left.
}
desk-messages = Messages that were not taken
desk-messages-none = Every message was taken that was offered.
desk-messages-lead = The mail server or the phone gateway did not take these. See whether it can be reached and what it says, and have them tried again.
desk-messages-tried = { $count ->
    [0] No message had to be brought forward: what still waits is tried within a minute.
    [one] 1 message is due now, and will be tried in a moment.
   *[other] { $count } messages are due now, and will be tried in a moment.
}
desk-medium-mail = Mail
desk-medium-sms = Text message
desk-medium-call = Automated call
desk-message-tries = { $count ->
    [one] Tried once, waiting since { $since }.
   *[other] Tried { $count } times, waiting since { $since }.
}
desk-message-next = Next try: { $at }.
desk-message-unsure = It may have arrived.
desk-log-well = All is well: the log is signed and verified, and the read models are with it.
desk-log-wrong = What to do
desk-wrong-unsigned = The log was never signed. A worker with the signing key signs it: see whether one runs.
desk-wrong-checkpoint-old = The newest checkpoint is older than an hour, and something happened since. A worker signs within a minute: load this page again in two minutes, and if it still says so, see whether a worker with the signing key runs.
desk-wrong-unverified = The whole log was never verified. Run “personal-settings audit verify” with the public key.
desk-wrong-verification-old = The whole log was last verified more than eight days ago. Run “personal-settings audit verify” with the public key, and see why it did not run by itself.
desk-wrong-behind = A read model is far behind the log, so pages may show what was before. See whether a worker runs and the database is busy; it catches up by itself.
desk-wrong-parked = A read model could not take an event. See “Waiting” for which and why.
desk-proofs = Proofs
desk-never = never
desk-checkpoint = Newest checkpoint signed
desk-checkpoint-size = It covers
desk-checkpoint-key = Signing key
desk-checkpoint-none = None was signed yet
desk-events-count = { $count ->
    [one] 1 event
   *[other] { $count } events
}
desk-verified-whole = Whole log verified
desk-verified-recent = Newest part verified
desk-verified = { $at }, with { $count ->
    [one] 1 event
   *[other] { $count } events
}
desk-models = Read models
desk-models-lead = The newest event has position { $position }.
desk-model = Read model
desk-model-position = Position
desk-model-behind = Behind
desk-model-parked = Events not taken
desk-model-oldest = Oldest of them since
desk-operators-lead = Operators are let in and out on the command line, with “personal-settings operators create” and “revoke”.
desk-operators-let-in = Let in
desk-operators-ended = No longer let in
desk-operator-you = you
desk-operator-made = Made { $at }
desk-operator-used = last used { $at }
desk-operator-unused = never used
desk-operator-until = until { $at }
desk-operator-no-end = without an end
desk-operator-revoked = revoked { $at }
