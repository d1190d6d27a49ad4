profile-title = Profil & Einstellungen
profile-person = Über Sie
profile-name = Name
profile-billing = E-Mail für Rechnungen
profile-billing-none = Rechnungen gehen an die Adresse, mit der Sie sich anmelden.
profile-sign-in = Anmeldung
profile-email = E-Mail-Adresse
profile-email-pending = Bitte bestätigen Sie { $email }: Öffnen Sie den Link in der E-Mail, die wir dorthin gesendet haben, und bestätigen Sie dort.
profile-password = Passwort
profile-factors-none = Noch keiner. Mit einem Passkey genügt ein gestohlenes Passwort allein nicht mehr.
profile-passkeys = { $count ->
    [one] 1 Passkey
   *[other] { $count } Passkeys
}
profile-codes-left = { $count ->
    [0] Sie haben keine Wiederherstellungscodes mehr.
    [one] Sie haben noch 1 Wiederherstellungscode.
   *[other] Sie haben noch { $count } Wiederherstellungscodes.
}
profile-codes-renew = Neue Codes erstellen
profile-organizations = Organisationen
profile-organizations-none = Sie gehören noch keiner Organisation an.
profile-done-name = Ihr Name ist geändert.
profile-done-email = Fast fertig: Öffnen Sie den Link in der E-Mail, die wir an die neue Adresse gesendet haben, und bestätigen Sie dort. Bis dahin melden Sie sich mit der alten an.
profile-done-email-cancelled = Ihre E-Mail-Adresse bleibt, wie sie ist.
profile-done-billing = Ihre E-Mail-Adresse für Rechnungen ist geändert.
profile-done-billing-removed = Rechnungen gehen jetzt an die Adresse, mit der Sie sich anmelden.
profile-done-password = Ihr neues Passwort gilt. Alle anderen Sitzungen sind abgemeldet.
name-title = Namen ändern
name-hint = So, wie wir Sie ansprechen sollen, höchstens 200 Zeichen.
name-wrong = Geben Sie einen Namen mit 1 bis 200 Buchstaben ein, ohne unsichtbare oder irreführende Zeichen
email-title = E-Mail-Adresse ändern
email-lead = Sie melden sich zurzeit mit { $email } an. Wir senden einen Link an die neue Adresse. Sobald Sie ihn öffnen und bestätigen, melden Sie sich mit der neuen an. Auch die alte Adresse bekommt eine E-Mail: Mit dem Link darin nehmen Sie die Änderung eine Woche lang zurück.
email-cancel-link = Änderung abbrechen
email-cancel-title = Änderung der E-Mail-Adresse abbrechen?
email-cancel-lead = { $email } wird nicht Ihre Adresse, und der Link, den wir dorthin gesendet haben, gilt nicht mehr.
email-cancel-button = Änderung abbrechen
email-replaces = Sie haben schon { $email } angegeben. Ein neuer Wunsch ersetzt diesen.
email-new = Neue E-Mail-Adresse
email-button = Link senden
billing-title = E-Mail für Rechnungen ändern
billing-lead = Rechnungen und Nachrichten zur Zahlung gehen auch an diese Adresse. Wir benachrichtigen die alte und die neue. Eine Woche lang können Sie die Änderung zurücknehmen.
billing-hint = Lassen Sie das Feld leer, wenn Rechnungen an die Adresse gehen sollen, mit der Sie sich anmelden.
password-title = Passwort ändern
password-lead = Alle anderen Sitzungen werden abgemeldet.
password-current = Jetziges Passwort
password-new = Neues Passwort
password-hint = 8 bis 128 beliebige Zeichen. Gut sind einige Wörter, die nicht zusammengehören.
password-wrong = Wählen Sie ein Passwort mit 8 bis 128 Zeichen, das schwer zu erraten ist und nicht aus Ihrem Namen oder Ihrer Adresse besteht
password-button = Passwort ändern
profile-language = Sprache
profile-zone = Zeitzone
profile-done-language = Ihre Sprache ist geändert.
profile-done-zone = Ihre Zeitzone ist geändert.
language-title = Sprache wählen
language-lead = In dieser Sprache sprechen Seiten, E-Mails und Nachrichten Sie an.
language-of-browser = Sprache Ihres Browsers
language-en = English
language-de = Deutsch
language-wrong = Wählen Sie eine dieser Sprachen
zone-title = Zeitzone wählen
zone-lead = Datum und Uhrzeit zeigen wir in dieser Zone. Überlassen Sie es Ihrem Browser, braucht es dafür JavaScript, und die Personalisierung muss eingeschaltet sein. Sonst zeigen wir Zeiten in UTC und schreiben das dazu.
zone-of-browser = Zone Ihres Browsers
zone-wrong = Wählen Sie eine Zeitzone aus der Liste
zone-africa = Afrika
zone-america = Amerika
zone-antarctica = Antarktis
zone-arctic = Arktis
zone-asia = Asien
zone-atlantic = Atlantik
zone-australia = Australien
zone-europe = Europa
zone-indian = Indischer Ozean
zone-pacific = Pazifik
