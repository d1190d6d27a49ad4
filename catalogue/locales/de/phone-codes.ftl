phone-codes-text-sign-in = { $minutes ->
    [one] Ihr Code: { $code }. Er gilt 1 Minute, für die Anmeldung. Waren Sie das nicht, ändern Sie Ihr Passwort. Geben Sie ihn nie weiter.
   *[other] Ihr Code: { $code }. Er gilt { $minutes } Minuten, für die Anmeldung. Waren Sie das nicht, ändern Sie Ihr Passwort. Geben Sie ihn nie weiter.
}
phone-codes-text-reauthentication = { $minutes ->
    [one] Ihr Code: { $code }. Er gilt 1 Minute und bestätigt, dass Sie es sind. Wenn nicht, ändern Sie Ihr Passwort. Geben Sie ihn nie weiter.
   *[other] Ihr Code: { $code }. Er gilt { $minutes } Minuten und bestätigt, dass Sie es sind. Wenn nicht, ändern Sie Ihr Passwort. Geben Sie ihn nie weiter.
}
phone-codes-text-new-phone = { $minutes ->
    [one] Ihr Code: { $code }. Er gilt 1 Minute und bestätigt dieses Telefon. Nicht angefordert? Dann tun Sie nichts. Geben Sie ihn nie weiter.
   *[other] Ihr Code: { $code }. Er gilt { $minutes } Minuten und bestätigt dieses Telefon. Nicht angefordert? Dann tun Sie nichts. Geben Sie ihn nie weiter.
}
phone-codes-text-soon-sign-in = Ihr Code: { $code }. Er gilt wenige Minuten, für die Anmeldung. Waren Sie das nicht, ändern Sie Ihr Passwort. Geben Sie ihn nie weiter.
phone-codes-text-soon-reauthentication = Ihr Code: { $code }. Er gilt wenige Minuten und bestätigt, dass Sie es sind. Wenn nicht, ändern Sie Ihr Passwort. Geben Sie ihn nie weiter.
phone-codes-text-soon-new-phone = Ihr Code: { $code }. Er gilt wenige Minuten und bestätigt dieses Telefon. Nicht angefordert? Dann tun Sie nichts. Geben Sie ihn nie weiter.
phone-codes-call-hello = Guten Tag. Ihr Code lautet:
phone-codes-call-again = Noch einmal, Ihr Code lautet:
phone-codes-call-sign-in = Er ist für die Anmeldung. Wenn Sie das nicht sind, ändern Sie Ihr Passwort. Geben Sie ihn nie weiter. Auf Wiederhören.
phone-codes-call-reauthentication = Er bestätigt, dass Sie es sind. Wenn Sie es nicht sind, ändern Sie Ihr Passwort. Geben Sie ihn nie weiter. Auf Wiederhören.
phone-codes-call-new-phone = Er bestätigt dieses Telefon. Wenn Sie ihn nicht angefordert haben, tun Sie nichts. Geben Sie ihn nie weiter. Auf Wiederhören.
