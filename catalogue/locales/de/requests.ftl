request-export = Kopie Ihrer Daten
request-erasure = Löschung Ihrer Daten
request-of = { $what }, beantragt am { $date }
request-label-received = Eingegangen
request-label-waiting = Wartet
request-label-running = In Arbeit
request-label-packaging = Fast fertig
request-label-verifying = Fast fertig
request-label-ready = Liegt bereit
request-label-gone = Nicht mehr verfügbar
request-label-done = Erledigt
request-label-cancelled = Zurückgezogen
request-due = Sie haben unsere Antwort bis { $date }.
request-days-left = { $days ->
    [0] Es bleibt weniger als ein Tag.
    [one] Es bleibt noch 1 Tag.
   *[other] Es bleiben noch { $days } Tage.
}
request-overdue = Wir hätten bis { $date } antworten müssen. Es tut uns leid, dass wir uns verspäten. Wir arbeiten weiter daran.
request-says-received = Ihr Antrag ist da. Wir beginnen gleich, und Sie müssen nichts tun.
request-says-cooling-off = Noch ist nichts gelöscht. Bis { $until } können Sie es sich anders überlegen, danach beginnen wir.
request-says-beginning = Die Bedenkzeit ist vorbei. Wir beginnen gleich.
request-says-collecting = Wir stellen zusammen, was wir über Sie gespeichert haben. Sie müssen nichts tun.
request-says-erasing = Wir löschen, was über Ihre Nutzung gesammelt wurde. Sie müssen nichts tun.
request-says-retry = Wir warten auf „{ $source }“: Von dort kommt gerade keine Antwort. Wir versuchen es von selbst wieder: { $at }.
request-says-found-again = Wir haben „{ $source }“ nach dem Löschen noch einmal gelesen, und es war noch etwas da. Es wird noch einmal gelöscht, und Sie müssen nichts tun: { $at }.
request-says-verifying = Alles ist gelöscht. Wir sehen überall noch einmal nach, um sicher zu sein. Sie müssen nichts tun.
request-says-reopened = Wir haben noch einmal nachgesehen, und es war etwas da, das gelöscht sein sollte. Wir löschen es jetzt. Sie müssen nichts tun.
request-says-done-read-again = Alles, was über Ihre Nutzung gesammelt wurde, ist gelöscht. Ihr Konto besteht weiter wie bisher. Wir haben zur Sicherheit noch einmal nachgesehen und tun es wieder: { $at }.
request-says-packaging = Alles ist beisammen. Wir packen es in eine Datei.
request-says-ready = Ihre Kopie liegt bereit. Sie können sie bis { $until } herunterladen.
request-says-expired = Die Zeit zum Herunterladen ist vorbei, und die Kopie ist gelöscht. Sie können eine neue anfordern.
request-says-disabled = Sie haben den Link gesperrt, und die Kopie ist gelöscht. Sie können eine neue anfordern.
request-says-erased = Die Kopie wurde zusammen mit Ihren Daten gelöscht.
request-says-done = Alles, was über Ihre Nutzung gesammelt wurde, ist gelöscht. Ihr Konto besteht weiter wie bisher.
request-says-cancelled = Dieser Antrag wurde zurückgezogen. Es geschieht nichts weiter.
request-received-export = Ihr Antrag ist eingegangen. Sie haben unsere Antwort spätestens bis { $date }, und wir schreiben Ihnen, sobald Ihre Kopie bereitliegt.
request-received-erasure = Ihr Antrag ist eingegangen. Sie haben unsere Antwort bis { $date }. Ihr Konto bleibt, wie es ist. Wir schreiben Ihnen, sobald alles gelöscht ist.
request-done-open = Das hatten Sie schon beantragt. Hier ist Ihr Antrag.
request-done-cancelled = Der Antrag ist zurückgezogen.
request-done-disabled = Der Link ist gesperrt. Niemand kann die Kopie mehr herunterladen.
request-undelivered = Eine E-Mail zu diesem Antrag ist nicht bei Ihnen angekommen. Bitte prüfen Sie Ihre E-Mail-Adresse.
request-undelivered-link = Zur E-Mail-Adresse
request-open-before = Das haben Sie am { $date } beantragt. Wir arbeiten daran.
request-open-link = Antrag ansehen
request-steps = Verlauf
request-step-done = erledigt
request-step-now = läuft gerade
request-step-later = kommt noch
request-step-received = Eingegangen
request-step-mind = Bedenkzeit
request-step-collecting = Zusammenstellen
request-step-packing = Packen
request-step-ready = Bereit zum Herunterladen
request-step-downloaded = Heruntergeladen
request-step-deleting = Löschen
request-step-reading = Noch einmal nachsehen
request-step-erased = Alles gelöscht
request-step-cancelled = Zurückgezogen
request-step-expired = Zeit zum Herunterladen vorbei
request-step-disabled = Link gesperrt
request-step-withdrawn = Kopie mit Ihren Daten gelöscht
request-step-until = bis { $at }
request-sources = Fortschritt
request-sources-count = { $done } von { $all } erledigt
request-sources-where = Wo
request-sources-state = Stand
request-sources-result = Ergebnis
request-source-account = Ihr Konto und sein Verlauf
request-source-usage = Ihre Nutzung des Produkts
request-source-archives = Kopien aus früheren Anträgen
request-source-pending = Noch nicht begonnen
request-source-running = In Arbeit
request-source-waiting = Antwortet gerade nicht. Nächster Versuch: { $at }
request-source-found-again = Es war noch etwas da. Wird noch einmal gelöscht: { $at }
request-source-erased = Gelöscht, wird noch einmal gelesen
request-source-done = Erledigt
request-result-records = { $count ->
    [0] Nichts gespeichert
    [one] 1 Eintrag
   *[other] { $count } Einträge
}
request-result-deleted = { $count ->
    [0] Nichts gespeichert
    [one] 1 Eintrag gelöscht
   *[other] { $count } Einträge gelöscht
}
request-result-copies = { $count ->
    [0] Keine vorhanden
    [one] 1 Kopie gelöscht
   *[other] { $count } Kopien gelöscht
}
request-result-unreadable = { $count ->
    [0] Keine vorhanden
   *[other] Adressen und Programme für immer unlesbar gemacht
}
request-result-none = –
request-again = Jetzigen Stand zeigen
request-details = Einzelheiten
request-detail-id = Antrag
request-detail-law = Gesetz
request-law-gdpr = Datenschutz-Grundverordnung (DSGVO)
request-law-ccpa = California Consumer Privacy Act (CCPA)
request-detail-size = Größe der Datei
request-detail-sum = SHA-256 der Datei
request-cancel = Antrag zurückziehen
request-download = Zum Herunterladen ({ $size })
request-disable = Diese Kopie löschen
request-new = Neue Kopie anfordern
cancel-title = Antrag zurückziehen
cancel-lead-export = Wir stellen Ihre Kopie nicht weiter zusammen. Sie können jederzeit eine neue anfordern.
cancel-lead-erasure = Es wird nichts gelöscht, alles bleibt, wie es ist. Sie können die Löschung jederzeit neu beantragen.
cancel-too-late = Dieser Antrag lässt sich nicht mehr zurückziehen.
cancel-keep = Antrag behalten
download-title = Ihre Daten herunterladen
download-lead = Die Datei enthält alles über Sie. Speichern Sie sie nur auf einem Gerät, das niemand sonst benutzt.
download-open = Zum Lesen entpacken Sie die Datei und öffnen index.html.
download-minutes = Zu Ihrer Sicherheit fragen wir zehn Minuten nach der letzten Anmeldung oder Bestätigung wieder, wer Sie sind. Ein unterbrochenes Herunterladen lässt sich fortsetzen.
download-mail = Wir schreiben Ihnen, dass die Datei heruntergeladen wurde.
download-button = Datei herunterladen
disable-title = Diese Kopie löschen
disable-lead = Danach kann niemand mehr diese Kopie herunterladen, auch Sie nicht. Kurz darauf wird sie gelöscht. Sie können jederzeit eine neue anfordern.
disable-gone = Es gibt keine Kopie zum Herunterladen.
disable-button = Diese Kopie löschen
