mail-factor-tell = Wenn Sie es nicht waren, ändern Sie sofort Ihr Passwort, und sagen Sie { $whom } Bescheid.
mail-factor-take-back = Wenn Sie es nicht waren, nehmen Sie es auf dieser Seite zurück. Dann werden alle Sitzungen abgemeldet, und Sie erhalten einen Link für ein neues Passwort:
mail-factor-link = Wenn Sie den Link öffnen, ändert sich noch nichts: Die Seite fragt zuerst nach. Der Link gilt einmal, bis zum { $until }, auch wenn inzwischen etwas anderes geändert wird.
mail-phone-verified-subject = Ihr Telefon ist jetzt Ihr zweiter Faktor
mail-phone-verified-happened = Für Ihr Konto wurde eine Telefonnummer bestätigt. Wer sich anmeldet, braucht jetzt außer Ihrem Passwort auch einen Code, der dorthin geht. Alle anderen Sitzungen sind abgemeldet.
mail-phone-verified-at = Bestätigt
mail-phone-number = Telefonnummer
mail-app-added-subject = Ihre Authenticator-App ist jetzt ein zweiter Faktor
mail-app-added-happened = Zu Ihrem Konto wurde eine Authenticator-App hinzugefügt. Wer sich anmeldet, braucht jetzt außer Ihrem Passwort auch einen Code aus der App. Alle anderen Sitzungen sind abgemeldet.
mail-passkey-added-subject = Ein neuer Passkey für Ihr Konto
mail-passkey-added-happened = Zu Ihrem Konto wurde ein Passkey hinzugefügt. Mit ihm meldet man sich ohne Ihr Passwort an; zum Passwort gehört jetzt ein zweiter Faktor. Alle anderen Sitzungen sind abgemeldet.
mail-factor-undone-subject = Ihr zweiter Faktor wurde zurückgenommen
mail-factor-undone-phone = Die Telefonnummer Ihres Kontos wurde zurückgenommen, mit dem Link aus der E-Mail, die davon berichtet hat. Dorthin geht kein Code mehr, und Ihre Wiederherstellungscodes gelten nicht mehr.
mail-factor-undone-app = Die Authenticator-App Ihres Kontos wurde zurückgenommen, mit dem Link aus der E-Mail, die davon berichtet hat. Ihre Codes gelten nicht mehr, und Ihre Wiederherstellungscodes auch nicht.
mail-factor-undone-passkey = Ein Passkey Ihres Kontos wurde zurückgenommen, mit dem Link aus der E-Mail, die davon berichtet hat. Niemand kann sich mehr damit anmelden, und Ihre Wiederherstellungscodes gelten nicht mehr.
mail-factor-undone-codes = Die Wiederherstellungscodes Ihres Kontos wurden zurückgenommen, mit dem Link aus der E-Mail, die davon berichtet hat. Keiner gilt mehr, bis Sie neue erstellen.
mail-factor-undone-then = Alle Sitzungen sind abgemeldet, das Token für die DSGVO-Schnittstellen ist widerrufen, Passkeys aus der letzten Woche sind entfernt, und ein Link für ein neues Passwort ist zu Ihnen unterwegs. Wählen Sie es jetzt: Wer eingerichtet hat, was Sie zurückgenommen haben, kannte Ihr Passwort.
mail-factor-removed-subject = Ihr zweiter Faktor wurde entfernt
mail-factor-removed-one-subject = Einer Ihrer zweiten Faktoren wurde entfernt
mail-passkey-removed-subject = Ein Passkey wurde entfernt
mail-phone-removed-last = Die Telefonnummer wurde aus Ihrem Konto entfernt. Zum Anmelden genügt jetzt Ihr Passwort allein, und Ihre Wiederherstellungscodes gelten nicht mehr.
mail-phone-removed-others = Die Telefonnummer wurde aus Ihrem Konto entfernt. Ihre anderen zweiten Faktoren und Ihre Wiederherstellungscodes gelten weiter.
mail-app-removed-last = Die Authenticator-App wurde aus Ihrem Konto entfernt. Zum Anmelden genügt jetzt Ihr Passwort allein, und Ihre Wiederherstellungscodes gelten nicht mehr.
mail-app-removed-others = Die Authenticator-App wurde aus Ihrem Konto entfernt. Ihre anderen zweiten Faktoren und Ihre Wiederherstellungscodes gelten weiter.
mail-passkey-removed-last = Ein Passkey wurde aus Ihrem Konto entfernt: Niemand kann sich mehr damit anmelden. Zum Anmelden genügt jetzt Ihr Passwort allein, und Ihre Wiederherstellungscodes gelten nicht mehr.
mail-passkey-removed-others = Ein Passkey wurde aus Ihrem Konto entfernt: Niemand kann sich mehr damit anmelden. Ihre anderen zweiten Faktoren und Ihre Wiederherstellungscodes gelten weiter.
mail-factor-removed-not-you = Wenn Sie es nicht waren, ändern Sie sofort Ihr Passwort, und fügen Sie dann wieder einen zweiten Faktor hinzu.
mail-codes-issued-subject = Sie haben neue Wiederherstellungscodes
mail-codes-issued-happened = Für Ihr Konto wurden Wiederherstellungscodes erstellt. Jeder ersetzt einmal Ihren zweiten Faktor. Frühere Wiederherstellungscodes gelten nicht mehr, und alle anderen Sitzungen sind abgemeldet.
mail-codes-issued-you = Wenn Sie es waren, bewahren Sie sie dort auf, wo nur Sie sie lesen können.
mail-code-used-subject = Ein Wiederherstellungscode wurde verwendet
mail-code-used-happened = { $left ->
    [0] Einer Ihrer Wiederherstellungscodes wurde anstelle Ihres zweiten Faktors verwendet. Sie haben keinen mehr: Erstellen Sie neue.
    [one] Einer Ihrer Wiederherstellungscodes wurde anstelle Ihres zweiten Faktors verwendet. Sie haben noch einen Code.
   *[other] Einer Ihrer Wiederherstellungscodes wurde anstelle Ihres zweiten Faktors verwendet. Sie haben noch { $left } Codes.
}
mail-code-used-you = Wenn Sie es waren, brauchen Sie sonst nichts zu tun.
mail-code-used-not-you = Wenn Sie es nicht waren, kennt jemand Ihr Passwort und Ihre Wiederherstellungscodes. Ändern Sie sofort Ihr Passwort, und erstellen Sie dann neue Wiederherstellungscodes.
mail-code-used-at = Verwendet
mail-failed-codes-subject = Falsche Codes für Ihr Konto
mail-failed-codes-happened = { $tries ->
    [one] Jemand hat Ihr richtiges Passwort eingegeben und dann anstelle Ihres zweiten Faktors 1 falschen Code. Die Anmeldung ist nicht gelungen.
   *[other] Jemand hat Ihr richtiges Passwort eingegeben und dann anstelle Ihres zweiten Faktors { $tries } falsche Codes. Die Anmeldung ist nicht gelungen.
}
mail-failed-codes-not-you = Wenn Sie es nicht waren, kennt jemand Ihr Passwort. Ändern Sie es sofort, auch überall sonst, wo Sie es verwenden. Geben Sie niemandem einen Ihrer Codes, was man Ihnen auch sagt.
mail-failed-codes-from = Von
mail-failed-codes-networks = { $count ->
    [one] 1 Netzwerk
   *[other] { $count } Netzwerken
}
mail-failed-codes-first = Zuerst
mail-failed-codes-last = Zuletzt
