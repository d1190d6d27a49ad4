security-title = Sicherheit
security-done-ended = Die Sitzung ist abgemeldet.
security-done-others = Alle anderen Sitzungen sind abgemeldet.
security-done-objected = Ihr zweiter Faktor bleibt. Wir haben Ihnen dazu eine E-Mail gesendet.
security-done-nothing-waits = Es ist keine Entfernung Ihres zweiten Faktors mehr vorgesehen. Unten sehen Sie, wie Ihr Konto geschützt ist.
security-removal = Ihr zweiter Faktor soll entfernt werden
security-removal-lead = Jemand hat uns mitgeteilt, Ihren zweiten Faktor verloren zu haben. { $proof ->
    [document_seen] Dabei wurde ein Ausweisdokument gezeigt.
    [called_back] Wir haben unter einer bekannten Nummer zurückgerufen.
   *[other] Die Identität wurde auf andere Weise nachgewiesen.
} Wir entfernen ihn am { $due }, wenn Sie nicht widersprechen.
security-removal-object = Waren Sie das? Dann müssen Sie nichts tun. Wenn nicht, widersprechen Sie jetzt, und ändern Sie Ihr Passwort: Vielleicht kennt es jemand.
security-object-button = Widersprechen und zweiten Faktor behalten
security-sessions = Wo Sie angemeldet sind
security-sessions-lead = Jeder Browser und jedes Programm, das bei Ihrem Konto angemeldet ist. Wenn Sie eines davon nicht kennen, melden Sie es ab, und ändern Sie Ihr Passwort.
security-sessions-alone = Sie sind sonst nirgends angemeldet.
security-this-device = Dieses Gerät
security-device-unknown = Unbekanntes Gerät
security-network = Netz { $network }
security-network-unknown = Netz nicht bekannt
security-since = Angemeldet am { $since }
security-last-used = zuletzt benutzt am { $used }
security-end = ({ $device }, angemeldet am { $since })
security-others-button = Alle anderen abmelden
security-factors = Wie Ihr Konto geschützt ist
security-no-factor = Ihr Passwort allein öffnet Ihr Konto. Mit einem zweiten Faktor kann sich niemand anmelden, der nur Ihr Passwort kennt.
security-password = Passwort
security-password-set = Festgelegt
security-phone = Telefon für Codes
security-phone-none = Nicht eingerichtet
security-codes = Wiederherstellungscodes
security-codes-left = { $count ->
    [0] Keiner mehr übrig
    [one] Noch 1 übrig
   *[other] Noch { $count } übrig
}
security-codes-renew = Neue Codes erstellen
security-set-up = Einrichten
security-remove = Entfernen
security-happened = Was geschehen ist
security-happened-lead = Jede Anmeldung, jede Änderung und jeder Blick auf Ihre Daten steht in Ihrem Verlauf.
security-happened-sign-ins = Anmeldungen
security-happened-changes = Änderungen an Passwort, Faktoren und Adresse
security-happened-looks = Wer Ihre Geheimnisse und Ihre Daten angesehen hat
device-on = { $program } unter { $system }
device-python = ein Python-Programm
device-android-app = eine Android-App
