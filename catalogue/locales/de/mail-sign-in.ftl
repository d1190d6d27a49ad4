mail-new-device-subject = Neue Anmeldung bei Ihrem Konto
mail-new-device-happened = Jemand hat sich bei Ihrem Konto bei { $service } angemeldet, und zwar mit { $program }. Damit hat sich bisher niemand bei Ihrem Konto angemeldet.
mail-new-device-not-you = Wenn Sie es nicht waren, kennt jemand Ihr Passwort. Ändern Sie es sofort: Dann werden alle anderen Sitzungen abgemeldet.
mail-new-device-at = Angemeldet
mail-archive-fetched-subject = Die Kopie Ihrer Daten wurde abgeholt
mail-archive-fetched-happened = Jemand, der bei Ihrem Konto angemeldet ist, hat die Kopie Ihrer Daten abgeholt, und zwar mit { $program }.
mail-archive-fetched-not-you = Wenn Sie es nicht waren, ändern Sie sofort unter „Sicherheit“ Ihr Passwort: Dann werden alle anderen Sitzungen abgemeldet. Löschen Sie danach die Kopie, damit sie nicht noch einmal abgeholt wird. Beginnen Sie auf dieser Seite:
mail-archive-fetched-link = Antrag ansehen
mail-archive-fetched-at = Abgeholt
mail-password-changed-subject = Ihr Passwort wurde geändert
mail-password-changed-happened = Ihr Konto bei { $service } hat ein neues Passwort. Das alte gilt nicht mehr, und alle anderen Sitzungen sind abgemeldet.
mail-password-changed-not-you = Wenn Sie es nicht waren, fordern Sie sofort dort, wo Sie sich anmelden, einen Link für ein neues Passwort an. Er kommt an diese Adresse.
mail-password-reset-subject = Wählen Sie ein neues Passwort
mail-password-reset-happened = Jemand hat ein neues Passwort für Ihr Konto bei { $service } angefordert. Auf dieser Seite können Sie es wählen:
mail-password-reset-link = Neues Passwort wählen
mail-password-reset-not-you = Wenn Sie das nicht angefordert haben, tun Sie nichts: Ihr Passwort bleibt, wie es ist.
mail-account-deleted-subject = Ihr Konto ist gelöscht
mail-account-deleted-happened = Ihr Konto bei { $service } ist gelöscht. Niemand kann sich mehr damit anmelden; seine Sitzungen, Token und Codes gelten nicht mehr. Was in seinem Verlauf persönlich ist, wird unlesbar gemacht.
mail-account-deleted-stays = Sie sind in keiner Organisation mehr Mitglied. Die Organisationen, ihre Projekte und deren Daten bleiben bestehen.
mail-account-deleted-exports = { $count ->
    [one] Die Kopie Ihrer Daten, die Sie angefordert hatten, gibt es damit auch nicht mehr: Sie kann nicht mehr abgeholt werden.
   *[other] Die Kopien Ihrer Daten, die Sie angefordert hatten, gibt es damit auch nicht mehr: Sie können nicht mehr abgeholt werden.
}
mail-account-deleted-not-you = Wenn Sie es nicht waren, sagen Sie { $whom } Bescheid. Ein gelöschtes Konto kann nicht wiederhergestellt werden.
mail-account-deleted-at = Gelöscht
