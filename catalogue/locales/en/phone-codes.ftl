phone-codes-text-sign-in = { $minutes ->
    [one] Your code is { $code }. It works for 1 minute. It is for signing in; if that is not you, change your password. Never share it.
   *[other] Your code is { $code }. It works for { $minutes } minutes. It is for signing in; if that is not you, change your password. Never share it.
}
phone-codes-text-reauthentication = { $minutes ->
    [one] Your code is { $code }. It works for 1 minute. It confirms that it is you; if it is not, change your password. Never share it.
   *[other] Your code is { $code }. It works for { $minutes } minutes. It confirms that it is you; if it is not, change your password. Never share it.
}
phone-codes-text-new-phone = { $minutes ->
    [one] Your code is { $code }. It works for 1 minute. It is for verifying this phone; if you did not ask for it, ignore it. Never share it.
   *[other] Your code is { $code }. It works for { $minutes } minutes. It is for verifying this phone; if you did not ask for it, ignore it. Never share it.
}
phone-codes-text-soon-sign-in = Your code is { $code }. It works for a few minutes. It is for signing in; if that is not you, change your password. Never share it.
phone-codes-text-soon-reauthentication = Your code is { $code }. It works for a few minutes. It confirms that it is you; if it is not, change your password. Never share it.
phone-codes-text-soon-new-phone = Your code is { $code }. It works for a few minutes. It is for verifying this phone; if you did not ask for it, ignore it. Never share it.
phone-codes-call-hello = Hello. Your code is:
phone-codes-call-again = Once more, your code is:
phone-codes-call-sign-in = It is for signing in; if that is not you, change your password. Never share it. Goodbye.
phone-codes-call-reauthentication = It confirms that it is you; if it is not, change your password. Never share it. Goodbye.
phone-codes-call-new-phone = It is for verifying this phone; if you did not ask for it, ignore it. Never share it. Goodbye.
