archive-title = Ihre Daten
archive-introduction = Sie haben eine Kopie der Daten angefordert, die über Sie vorhanden sind. Das sind alle, Stand { $at }. Was nicht darin sein kann oder darf, steht { $below }.
archive-introduction-below = weiter unten
archive-personal = Die Daten sind persönlich: Bewahren Sie sie dort auf, wo nur Sie sie lesen können.
archive-contents = Auf dieser Seite
archive-contents-organizations = Organisationen und Projekte
archive-contents-statement = Über die Verarbeitung
archive-about = Über dieses Archiv
archive-about-made-gdpr = Erstellt für das Konto { $account } auf den Antrag { $request }, nach der Datenschutz-Grundverordnung (DSGVO), Artikel 15 und 20.
archive-about-made-ccpa = Erstellt für das Konto { $account } auf den Antrag { $request }, nach dem California Consumer Privacy Act (CCPA).
archive-about-made-law = Erstellt für das Konto { $account } auf den Antrag { $request }, nach diesem Gesetz: { $law }.
archive-nothing = Dazu ist nichts gespeichert.
archive-none = keine Angabe
archive-on = an
archive-off = aus
archive-more = { $count ->
    [one] Ein weiterer Eintrag steht in { $file }.
   *[other] { $count } weitere Einträge stehen in { $file }.
}
archive-elsewhere = { $count ->
    [one] 1 Eintrag steht in { $file }.
   *[other] { $count } Einträge stehen in { $file }.
}
archive-since = seit { $at }
archive-from = von { $place }
archive-last-used = zuletzt benutzt: { $at }
archive-nameless = Ohne Namen
archive-profile = Profil und Einstellungen
archive-profile-name = Name
archive-profile-email = Adresse für die Anmeldung
archive-profile-billing = Adresse für Rechnungen
archive-profile-billing-none = keine: Rechnungen gehen an die Adresse für die Anmeldung
archive-profile-language = Sprache
archive-profile-language-en = Englisch
archive-profile-language-de = Deutsch
archive-profile-time-zone = Zeitzone
archive-profile-as-browser = nicht gewählt: wie in Ihrem Browser
archive-profile-pending = Neue Adresse, die noch bestätigt werden muss
archive-profile-pending-until = { $email }, möglich bis { $until }
archive-profile-former = Frühere Adresse
archive-profile-former-until = { $email }; Sie können zu ihr zurückkehren bis { $until }
archive-profile-phone = Telefon für Codes
archive-profile-phone-sms = Codes an { $phone } per SMS
archive-profile-phone-call = Codes an { $phone } per Anruf
archive-profile-app = Authenticator-App
archive-profile-app-set = eingerichtet
archive-profile-passkeys = Passkeys
archive-profile-codes = Übrige Wiederherstellungscodes
archive-profile-phone-pending = Telefon, das noch bestätigt werden muss
archive-profile-token = Token für die DSGVO-Schnittstellen
archive-profile-token-used = erstellt: { $made }, gilt bis: { $until }, zuletzt benutzt: { $used }
archive-profile-token-unused = erstellt: { $made }, gilt bis: { $until }, nie benutzt
archive-profile-opened = Konto eröffnet
archive-switch-personalization = Angebot auf mich zuschneiden
archive-switch-usage = Meine Nutzung aufzeichnen
archive-switch-state = { $switch }: { $state }
archive-sessions = Wo Sie angemeldet sind
archive-sessions-none = Sie sind nirgends angemeldet.
archive-sessions-unknown = Ein unbekanntes Programm
archive-organizations = Organisationen
archive-organizations-none = Sie gehören keiner Organisation an.
archive-organizations-member = Sie sind Mitglied
archive-organizations-admin = Sie sind Admin
archive-organizations-owner = Sie sind Inhaber
archive-organizations-demand = sie verlangt von ihren Mitgliedern einen zweiten Faktor
archive-projects = Projekte
archive-projects-none = Ihre Organisationen haben keine Projekte.
archive-projects-owned = gehört Ihnen
archive-projects-created = angelegt: { $at }
archive-consents = Wie Ihre Schalter standen
archive-consents-policy = nach der Datenschutzerklärung { $version }
archive-consents-opened = als das Konto eröffnet wurde
archive-requests = Was Sie beantragt haben
archive-requests-export-received = Eine Kopie Ihrer Daten: eingegangen
archive-requests-export-done = Eine Kopie Ihrer Daten: erledigt
archive-requests-export-cancelled = Eine Kopie Ihrer Daten: zurückgezogen
archive-requests-export-working = Eine Kopie Ihrer Daten: in Arbeit
archive-requests-erasure-received = Löschung dessen, was über Ihre Nutzung gesammelt wurde: eingegangen
archive-requests-erasure-done = Löschung dessen, was über Ihre Nutzung gesammelt wurde: erledigt
archive-requests-erasure-cancelled = Löschung dessen, was über Ihre Nutzung gesammelt wurde: zurückgezogen
archive-requests-erasure-working = Löschung dessen, was über Ihre Nutzung gesammelt wurde: in Arbeit
archive-requests-asked = beantragt: { $at }
archive-requests-due = fällig bis: { $at }
archive-requests-closed = abgeschlossen: { $at }
archive-history = Was mit Ihrem Konto geschehen ist
archive-usage = Ihre Nutzung des Produkts
archive-usage-none = Über Ihre Nutzung des Produkts ist nichts gespeichert.
archive-usage-details = { $count ->
    [one] 1 weitere Angabe
   *[other] { $count } weitere Angaben
}
archive-files = Die Dateien
archive-files-in-all = { $count ->
    [one] 1 Datei, zusammen { $size }. Darin steht alles, was oben steht, und alles, was oben keinen Platz fand.
   *[other] { $count } Dateien, zusammen { $size }. Darin steht alles, was oben steht, und alles, was oben keinen Platz fand.
}
archive-files-records = { $count ->
    [one] 1 Eintrag
   *[other] { $count } Einträge
}
archive-files-explained = erklärt in { $file }
archive-files-profile = Ihr Profil und Ihre Einstellungen
archive-files-sessions = Wo Sie angemeldet sind
archive-files-organizations = Die Organisationen, in denen Sie Mitglied sind
archive-files-projects = Die Projekte Ihrer Organisationen
archive-files-requests = Was Sie zu Ihren Daten beantragt haben
archive-files-consents = Wie Ihre Schalter standen und wann sie geändert wurden
archive-files-history = Alles, was mit Ihrem Konto geschehen ist, als Daten
archive-files-history-table = Alles, was mit Ihrem Konto geschehen ist, als Tabelle
archive-files-usage = Ihre Nutzung des Produkts, als Daten
archive-files-usage-table = Ihre Nutzung des Produkts, als Tabelle
archive-forms = So öffnen Sie sie
archive-forms-csv = Dateien mit der Endung { $csv } sind Tabellen: Ein Tabellenprogramm öffnet sie. Ein { $quote } steht vor einem Text, den ein Tabellenprogramm sonst als Formel ausführen würde.
archive-forms-json = Dateien mit der Endung { $json } (JSON) und { $ndjson } (JSON in Zeilen: eine Liste mit einem Eintrag in jeder Zeile) sind für Programme, und jeder Texteditor zeigt sie an. Nehmen Sie diese, wenn Sie mit Ihren Daten zu einem anderen Dienst umziehen möchten.
archive-forms-schemas = Dateien in { $schemas } (JSON Schema) sagen, was jede Angabe in einem Eintrag bedeutet; { $manifest } führt alle Dateien für Programme auf.
archive-forms-times = Zeiten in Dateien sind in UTC, wie 2026-12-23T23:59:00Z.
archive-left-out = Was nicht in diesem Archiv ist
archive-left-out-secrets = Ihr Passwort, Codes, Wiederherstellungscodes und die Werte von Token und API-Secrets: Von den meisten sind nur Hashwerte gespeichert, und eine Datei, die herumliegt, darf nichts öffnen.
archive-left-out-others = Was über andere Mitglieder Ihrer Organisationen gespeichert ist: Das sind deren Daten.
archive-left-out-hashes = Mit einem Schlüssel gebildete Hashwerte, an denen ein bekannter Browser oder ein bekanntes Netz wiedererkannt wird: Ohne den Schlüssel, der getrennt verwahrt ist, sagen sie nichts.
archive-left-out-erased = Was gelöscht wurde. Wo es im Verlauf stand, steht, dass es gelöscht ist.
archive-sums = Prüfen, ob eine Datei vollständig ist
archive-sums-how = Ein Programm wie sha256sum muss dieselbe Summe ausgeben.
