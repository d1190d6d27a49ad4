desk-title = Datenschutz-Stelle
desk-requests = Anträge
desk-accounts = Konten
desk-waiting = Wartendes
desk-log = Das Protokoll
desk-operators = Betreiber
desk-fault-home = Zu den Anträgen
desk-sign-in-title = Bei der Datenschutz-Stelle anmelden
desk-sign-in-lead = Hier kümmert sich, wer den Dienst betreibt, um Datenschutz-Anträge. Sie brauchen das Token eines Betreibers mit dem Recht „privacy“ oder „admin“.
desk-sign-in-token = Token des Betreibers
desk-sign-in-token-hint = Es beginnt mit pso_ und wurde einmal gezeigt, als es gemacht wurde.
desk-sign-in-record = Was Sie hier ansehen, wird festgehalten. Nach 30 Minuten ohne Nutzung und nach 8 Stunden werden Sie abgemeldet.
desk-sign-in-missing = Geben Sie Ihr Token ein
desk-sign-in-wrong = Dieses Token gilt nicht. Vielleicht ist es vertippt, widerrufen oder abgelaufen.
desk-sign-in-scope = Dieses Token gilt, hat aber nicht das Recht „privacy“, das die Datenschutz-Stelle verlangt. Bitten Sie um ein Token mit diesem Recht.
desk-sign-in-done-out = Sie sind abgemeldet.
desk-pages = Seiten der Liste
desk-pages-first = Erste Seite
desk-pages-next = Nächste Seite
desk-kind-export = Kopie der Daten
desk-kind-erasure = Löschung der Daten
desk-source-account = Das Konto und sein Verlauf
desk-source-usage = Nutzung des Produkts
desk-source-archives = Kopien aus früheren Anträgen
desk-source-found-again = { $times ->
    [one] einmal wiedergefunden
   *[other] { $times }-mal wiedergefunden
}
desk-source-attempts = Fehlversuche
desk-source-records = { $count ->
    [one] 1 Eintrag
   *[other] { $count } Einträge
}
desk-numbers = Auf einen Blick
desk-number-open = Offen
desk-number-at-risk = Gefährdet
desk-number-late = Verspätet
desk-number-stalled = Stehen still
desk-number-stalled-after = Abgeschlossen, und stehen still
desk-received = Eingegangen
desk-completed = Erledigt
desk-received-export = Eingegangen: Kopien
desk-received-erasure = Eingegangen: Löschungen
desk-completed-export = Erledigt: Kopien
desk-completed-erasure = Erledigt: Löschungen
desk-week = Woche ab
desk-chart-weeks = Eingegangen und erledigt, Woche für Woche
desk-chart-times = Zeit bis zur Erledigung
desk-chart-times-none = In diesen 90 Tagen wurde kein Antrag erledigt.
desk-chart-table = Die Zahlen als Tabelle
desk-bar-median = { $kind }: die Hälfte in { $time }
desk-bar-p90 = { $kind }: 9 von 10 in { $time }
desk-times-kind = Antrag
desk-times-count = Erledigt
desk-times-median = Die Hälfte in
desk-times-p90 = 9 von 10 in
desk-times-longest = Am längsten
desk-seconds = { $count ->
    [0] weniger als einer Sekunde
    [one] 1 Sekunde
   *[other] { $count } Sekunden
}
desk-minutes = { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
}
desk-hours = { $count ->
    [one] 1 Stunde
   *[other] { $count } Stunden
}
desk-days = { $count ->
    [one] 1 Tag
   *[other] { $count } Tagen
}
desk-list-open = Offene Anträge, nach verbleibenden Tagen
desk-list-closed = Abgeschlossene Anträge
desk-list-none = Es gibt keinen solchen Antrag.
desk-filter-state = Stand
desk-filter-open = Offen
desk-filter-closed = Abgeschlossen
desk-filter-kind = Antrag
desk-filter-all-kinds = Alle
desk-filter-only = Nur
desk-filter-at-risk = gefährdete oder verspätete
desk-filter-stalled = stillstehende
desk-filter-none = Alle offenen zeigen
desk-column-left = Tage übrig
desk-column-request = Antrag
desk-column-state = Stand
desk-column-received = Eingegangen
desk-column-due = Fällig
desk-days-left = { $days ->
    [0] heute fällig
    [one] 1 Tag
   *[other] { $days } Tage
}
desk-days-late = { $days ->
    [one] 1 Tag zu spät
   *[other] { $days } Tage zu spät
}
desk-closed-at = abgeschlossen am { $date }
desk-closed = Abgeschlossen
desk-at-risk = Gefährdet
desk-stalled-since = Steht still seit { $date }
desk-stalled-advice = Die Arbeit an diesem Antrag steht still. Sehen Sie unten nach, welche Quelle nicht antwortet, und lassen Sie sie in Ordnung bringen: Sie wird von selbst wieder gefragt.
desk-standing = Stand
desk-story-due = Zu beantworten bis
desk-archive = Datei
desk-archive-available = kann heruntergeladen werden, wenn man im Konto angemeldet ist
desk-archive-gone = gelöscht
desk-undelivered = E-Mails, die nicht ankamen
desk-account = Konto
desk-search = E-Mail-Adresse, Konto oder Antrag
desk-search-hint = name@example.com, acc_… oder req_…
desk-search-lead = Finden Sie das Konto, um das es in einer Anfrage geht. Dass Sie danach suchen, wird festgehalten und steht im Verlauf des Kontos.
desk-search-button = Suchen
desk-search-wrong = Geben Sie eine E-Mail-Adresse ein oder eine Kennung, die mit acc_ oder req_ beginnt
desk-search-none = Es gibt kein Konto mit dieser Adresse oder Kennung. Vielleicht ist es gelöscht oder hat eine andere Adresse.
desk-account-record = Dass Sie dieses Konto ansehen, wird festgehalten und steht in seinem Verlauf.
desk-account-facts = Das Konto
desk-account-id = Konto
desk-account-since = Seit
desk-account-open = Offene Anträge
desk-account-requests = Datenschutz-Anträge dieses Kontos
desk-account-requests-none = Es gab keinen.
