mail-hello = Guten Tag,
mail-hello-name = Guten Tag { $name },
mail-signature = Diese E-Mail kommt von { $service }.
mail-your-account = Ihr Konto
mail-to-account = Zu Ihrem Konto
mail-contact-address = Haben Sie eine Frage? Antworten Sie auf diese E-Mail, oder schreiben Sie an { $contact }.
mail-contact-page = Haben Sie eine Frage? Hier finden Sie Hilfe: { $contact }
mail-contact-words = Haben Sie eine Frage? Wenden Sie sich an: { $contact }
mail-whom = { $service } ({ $contact })
mail-quoted = „{ $words }“
mail-gathered = { $count ->
    [one] Kurz vorher ist dasselbe noch einmal geschehen. Damit Ihr Postfach nicht voll wird, ist dies die einzige E-Mail dazu. In Ihrem Verlauf steht jedes Mal einzeln.
   *[other] Kurz vorher ist dasselbe noch { $count }-mal geschehen. Damit Ihr Postfach nicht voll wird, ist dies die einzige E-Mail dazu. In Ihrem Verlauf steht jedes Mal einzeln.
}
mail-nothing-to-do = Wenn Sie es waren, brauchen Sie nichts zu tun.
mail-link-once = Wenn Sie den Link öffnen, ändert sich noch nichts: Die Seite fragt zuerst nach. Der Link gilt einmal, bis zum { $until }.
mail-link-until = Wenn Sie den Link öffnen, ändert sich noch nichts: Die Seite fragt zuerst nach. Der Link gilt bis zum { $until }.
mail-link-asks = Wenn Sie den Link öffnen, ändert sich noch nichts: Die Seite fragt zuerst nach.
mail-mailbox-read = Wenn Sie es nicht waren, liest jemand anderes Ihre E-Mails: Ändern Sie zuerst das Passwort Ihres Postfachs und dann das Ihres Kontos.
mail-take-back = Zurücknehmen
mail-program-unknown = einem Programm, das nicht sagt, was es ist
mail-program-called = einem Programm, das sich { $name } nennt
mail-program-on = { $program } unter { $system }
mail-program-python = einem Python-Programm
mail-program-android-app = einer Android-App
mail-ip-address = Von der Internetadresse
mail-ip-address-unknown = nicht bekannt
mail-at-added = Hinzugefügt
mail-at-asked = Beantragt
mail-at-changed = Geändert
mail-at-ended = Beendet
mail-at-made = Erstellt
mail-at-removed = Entfernt
mail-at-revoked = Widerrufen
mail-at-taken-back = Zurückgenommen
mail-name = Name
mail-request = Antrag
