desk-waiting-lead = Was nicht angenommen wurde, wird von selbst wieder versucht, in immer größeren Abständen. Ist die Ursache behoben, können Sie es sofort noch einmal versuchen lassen.
desk-try-again = Noch einmal versuchen
desk-try-all-again = Alles noch einmal versuchen
desk-since = Seit
desk-tries = Versuche
desk-next-try = Nächster Versuch
desk-events = Ereignisse, die Lesemodelle nicht annehmen konnten
desk-events-none = Jedes Lesemodell hat jedes Ereignis angenommen.
desk-events-lead = Nichts ist verloren: Was geschehen ist, steht im Protokoll. Aber was diese Ereignisse betrifft, wird gezeigt wie zuvor, bis sie angenommen sind. Lesen Sie den Grund, beheben Sie ihn (meist mit einer neuen Version) und lassen Sie es noch einmal versuchen.
desk-events-of = Lesemodell { $model }
desk-event-position = Position
desk-event-model = Lesemodell
desk-event-what = Ereignis
desk-event-why = Grund
desk-event-behind = Wartet hinter einem früheren Ereignis
desk-events-tried = { $taken ->
    [0] Keines der Ereignisse wurde angenommen
    [one] 1 Ereignis wurde angenommen
   *[other] { $taken } Ereignisse wurden angenommen
}{ $left ->
    [0] { "" }; keines ist übrig.
    [one] { "" }; 1 ist übrig.
   *[other] { "" }; { $left } sind übrig.
}
desk-messages = Nachrichten, die nicht angenommen wurden
desk-messages-none = Jede Nachricht wurde angenommen.
desk-messages-lead = Der Mail-Server oder das Telefon-Gateway hat diese nicht angenommen. Sehen Sie nach, ob er erreichbar ist und was er sagt, und lassen Sie es noch einmal versuchen.
desk-messages-tried = { $count ->
    [0] Keine Nachricht war vorzuziehen: Was noch wartet, wird binnen einer Minute versucht.
    [one] 1 Nachricht ist jetzt fällig und wird gleich versucht.
   *[other] { $count } Nachrichten sind jetzt fällig und werden gleich versucht.
}
desk-medium-mail = E-Mail
desk-medium-sms = SMS
desk-medium-call = Automatischer Anruf
desk-message-tries = { $count ->
    [one] Einmal versucht, wartet seit { $since }.
   *[other] { $count }-mal versucht, wartet seit { $since }.
}
desk-message-next = Nächster Versuch: { $at }.
desk-message-unsure = Vielleicht ist sie angekommen.
desk-log-well = Alles in Ordnung: Das Protokoll ist signiert und geprüft, und die Lesemodelle sind auf seinem Stand.
desk-log-wrong = Was zu tun ist
desk-wrong-unsigned = Das Protokoll wurde nie signiert. Das tut ein Worker mit dem Signaturschlüssel: Sehen Sie nach, ob einer läuft.
desk-wrong-checkpoint-old = Der neueste Checkpoint ist älter als eine Stunde, und seither ist etwas geschehen. Ein Worker signiert innerhalb einer Minute: Laden Sie diese Seite in zwei Minuten neu. Steht es dann noch hier, sehen Sie nach, ob ein Worker mit dem Signaturschlüssel läuft.
desk-wrong-unverified = Das ganze Protokoll wurde nie geprüft. Führen Sie „personal-settings audit verify“ mit dem öffentlichen Schlüssel aus.
desk-wrong-verification-old = Das ganze Protokoll wurde zuletzt vor mehr als acht Tagen geprüft. Führen Sie „personal-settings audit verify“ mit dem öffentlichen Schlüssel aus und sehen Sie nach, warum das nicht von selbst geschah.
desk-wrong-behind = Ein Lesemodell liegt weit hinter dem Protokoll, daher zeigen Seiten vielleicht Früheres. Sehen Sie nach, ob ein Worker läuft und die Datenbank ausgelastet ist; es holt von selbst auf.
desk-wrong-parked = Ein Lesemodell konnte ein Ereignis nicht annehmen. Welches und warum, steht unter „Wartendes“.
desk-proofs = Nachweise
desk-never = nie
desk-checkpoint = Neuester Checkpoint signiert
desk-checkpoint-size = Er umfasst
desk-checkpoint-key = Signaturschlüssel
desk-checkpoint-none = Noch wurde keiner signiert
desk-events-count = { $count ->
    [one] 1 Ereignis
   *[other] { $count } Ereignisse
}
desk-verified-whole = Ganzes Protokoll geprüft
desk-verified-recent = Neuester Teil geprüft
desk-verified = { $at }, mit { $count ->
    [one] 1 Ereignis
   *[other] { $count } Ereignissen
}
desk-models = Lesemodelle
desk-models-lead = Das neueste Ereignis hat die Position { $position }.
desk-model = Lesemodell
desk-model-position = Position
desk-model-behind = Rückstand
desk-model-parked = Nicht angenommene Ereignisse
desk-model-oldest = Das älteste seit
desk-operators-lead = Betreiber werden auf der Kommandozeile zugelassen und ausgeschlossen, mit „personal-settings operators create“ und „revoke“.
desk-operators-let-in = Zugelassen
desk-operators-ended = Nicht mehr zugelassen
desk-operator-you = Sie
desk-operator-made = Angelegt { $at }
desk-operator-used = zuletzt genutzt { $at }
desk-operator-unused = nie genutzt
desk-operator-until = gilt bis { $at }
desk-operator-no-end = gilt ohne Ende
desk-operator-revoked = widerrufen { $at }
