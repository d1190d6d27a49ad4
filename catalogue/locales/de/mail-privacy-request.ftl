mail-export-received-subject = Wir haben Ihren Antrag auf Ihre Daten erhalten
mail-export-received-happened = Wir haben Ihren Antrag auf eine Kopie der Daten erhalten, die { $service } über Sie hat. Sie erhalten unsere Antwort bis zum { $due }.
mail-export-received-next = Wir stellen sie zusammen und schreiben Ihnen wieder, wenn sie fertig ist. Das kann einige Wochen dauern, geht aber oft viel schneller.
mail-erasure-received-subject = Wir haben Ihren Antrag auf Löschung Ihrer Daten erhalten
mail-erasure-received-happened = Wir haben Ihren Antrag erhalten, die Daten zu löschen, die über Ihre Nutzung von { $service } gesammelt wurden. Sie erhalten unsere Antwort bis zum { $due }.
mail-erasure-received-next = Ihr Konto bleibt, wie es ist: Sie können es weiter nutzen. Wir schreiben Ihnen wieder, wenn alles gelöscht ist, und sagen Ihnen, was es war. Das kann einige Wochen dauern, geht aber oft viel schneller.
mail-received-cancel-until = Bis zum { $until } können Sie den Antrag auf dieser Seite zurückziehen:
mail-received-cancel-meanwhile = Bis wir die Kopie zusammengestellt haben, können Sie den Antrag auf dieser Seite zurückziehen:
mail-received-link = Antrag ansehen oder zurückziehen
mail-received-asks = Wenn Sie den Link öffnen, ändert sich noch nichts: Die Seite bittet Sie, sich anzumelden, und fragt dann, was Sie tun möchten.
mail-received-not-you = Wenn nicht Sie das beantragt haben, ziehen Sie es dort zurück, und ändern Sie Ihr Passwort.
mail-received-at = Erhalten
mail-archive-ready-subject = Ihre Daten sind bereit
mail-archive-ready-happened = Die Kopie Ihrer Daten, die Sie bei { $service } angefordert haben, ist fertig. Sie können sie auf dieser Seite abholen:
mail-archive-ready-link = Daten abholen
mail-archive-ready-until = Sie können sie bis zum { $until } abholen. Die Seite bittet Sie, sich anzumelden, damit niemand sonst sie erhält.
mail-archive-ready-open = Sie erhalten eine ZIP-Datei mit { $size }. Entpacken Sie sie, und öffnen Sie index.html: Dort sehen Sie, was darin ist. Der Inhalt ist persönlich: Bewahren Sie die Datei dort auf, wo nur Sie sie lesen können.
mail-archive-ready-sha256 = SHA-256 der Datei
mail-archive-expiring-subject = Die Kopie Ihrer Daten wird bald gelöscht
mail-archive-expiring-happened = Sie haben die Kopie Ihrer Daten, die Sie bei { $service } angefordert haben, noch nicht abgeholt. Sie können sie bis zum { $until } abholen; dann wird die Kopie gelöscht.
mail-archive-expiring-then = Die Seite bittet Sie, sich anzumelden, damit niemand sonst sie erhält. Wenn Sie die Kopie nicht mehr möchten, brauchen Sie nichts zu tun; Sie können jederzeit eine neue anfordern.
mail-erased-subject = Ihre Daten sind gelöscht
mail-erased-happened = Die Daten, die über Ihre Nutzung von { $service } gesammelt wurden, sind gelöscht. Danach haben wir überall noch einmal nachgesehen, und es war nichts mehr da. Das ist im Einzelnen geschehen:
mail-erased-stays = Ihr Konto können Sie weiter nutzen: Sie melden sich an wie bisher, und Ihr Profil und Ihre Einstellungen sind, wie sie waren.
mail-erased-at = Abgeschlossen
mail-erased-account = Internetadressen und Programme im Verlauf Ihres Kontos: endgültig unlesbar gemacht.
mail-erased-account-none = Internetadressen und Programme im Verlauf Ihres Kontos: Es gab keine.
mail-erased-usage = { $count ->
    [0] Ihre Nutzung von { $service }: Es war nichts gespeichert.
    [one] Ihre Nutzung von { $service }: 1 Eintrag wurde gelöscht.
   *[other] Ihre Nutzung von { $service }: { $count } Einträge wurden gelöscht.
}
mail-erased-archives = { $count ->
    [0] Kopien Ihrer Daten aus früheren Anträgen: Es gab keine.
    [one] Kopien Ihrer Daten aus früheren Anträgen: 1 Kopie wurde gelöscht.
   *[other] Kopien Ihrer Daten aus früheren Anträgen: { $count } Kopien wurden gelöscht.
}
mail-erased-other = { $source }: gelöscht ({ $list }).
mail-erased-other-none = { $source }: Es war nichts vorhanden.
mail-erased-count = { $what }: { $count }
mail-export-cancelled-subject = Ihr Antrag auf Ihre Daten ist zurückgezogen
mail-export-cancelled-happened = Ihr Antrag an { $service } auf eine Kopie Ihrer Daten ist zurückgezogen. Es wurde nichts herausgegeben.
mail-erasure-cancelled-subject = Ihr Antrag auf Löschung Ihrer Daten ist zurückgezogen
mail-erasure-cancelled-happened = Ihr Antrag, die Daten zu löschen, die über Ihre Nutzung von { $service } gesammelt wurden, ist zurückgezogen. Es wurde nichts gelöscht.
mail-cancelled-again = Sie können jederzeit einen neuen Antrag stellen. Wenn nicht Sie ihn zurückgezogen haben, ändern Sie zuerst Ihr Passwort.
mail-cancelled-at = Zurückgezogen
