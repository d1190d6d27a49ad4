mail-credentials-reset-subject = Die Zugangsdaten eines Projekts wurden zurückgesetzt
mail-credentials-reset-by-you = Sie haben den API-Schlüssel und das API-Secret des Projekts { $project } zurückgesetzt.
mail-credentials-reset-by-other = Ein anderer Inhaber hat den API-Schlüssel und das API-Secret Ihres Projekts { $project } zurückgesetzt.
mail-credentials-reset-until = Die bisherigen gelten noch bis zum { $until }. Bis dahin braucht jede Anwendung, die sie verwendet, die neuen.
mail-credentials-reset-now = Die bisherigen gelten nicht mehr: Jede Anwendung, die sie verwendet, braucht die neuen.
mail-credentials-reset-not-you = Wenn Sie es nicht waren, ändern Sie sofort Ihr Passwort, und setzen Sie die Zugangsdaten dann noch einmal zurück.
mail-credentials-ask = Auf der Seite des Projekts steht, wer es war. Wenn Sie das nicht erwartet haben, fragen Sie nach.
mail-credentials-reset-at = Zurückgesetzt
mail-secret-shown-subject = Das API-Secret eines Projekts wurde angezeigt
mail-secret-shown-you = Ihnen wurde das API-Secret des Projekts { $project } angezeigt.
mail-secret-shown-other = Einem anderen Inhaber wurde das API-Secret Ihres Projekts { $project } angezeigt.
mail-secret-shown-not-you = Wenn Sie es nicht waren, ändern Sie sofort Ihr Passwort, und setzen Sie dann die Zugangsdaten des Projekts zurück.
mail-secret-shown-ask = Auf der Seite des Projekts steht, wem. Wenn Sie das nicht erwartet haben, fragen Sie nach. Ein Secret, das die falsche Person gesehen hat, öffnet nichts mehr, sobald Sie die Zugangsdaten des Projekts zurücksetzen.
mail-secret-shown-at = Angezeigt
mail-credentials-revoked-subject = Die Zugangsdaten eines Projekts wurden widerrufen
mail-credentials-revoked-happened = { $service } hat einen API-Schlüssel und ein API-Secret des Projekts { $project } widerrufen. Anwendungen, die sie verwenden, funktionieren damit nicht mehr.
mail-credentials-revoked-then = Setzen Sie die Zugangsdaten des Projekts zurück, um neue zu erhalten. Warum das geschehen ist, können Sie { $whom } fragen.
mail-project = Projekt
mail-project-id = Projekt-ID
mail-project-link = Projekt öffnen
mail-token-issued-subject = Sie haben ein neues DSGVO-Token
mail-token-issued-happened = Sie haben ein neues Token für die DSGVO-Schnittstellen. Es gilt bis zum { $until }.
mail-token-issued-replaces = Das bisherige gilt nicht mehr: Jede Anwendung, die es verwendet, braucht das neue.
mail-token-issued-not-you = Wenn Sie es nicht waren, ändern Sie sofort Ihr Passwort, und widerrufen Sie dann das Token.
mail-token-revoked-subject = Ihr DSGVO-Token wurde widerrufen
mail-token-revoked-happened = Ihr Token für die DSGVO-Schnittstellen wurde widerrufen. Anwendungen, die es verwenden, funktionieren damit nicht mehr. Sie können jederzeit ein neues erstellen.
mail-token-revoked-unexpected = Wenn Sie das nicht erwartet haben, ändern Sie Ihr Passwort, und fragen Sie { $whom }.
mail-token-expires-subject = { $days ->
    [one] Ihr DSGVO-Token läuft in 1 Tag ab
   *[other] Ihr DSGVO-Token läuft in { $days } Tagen ab
}
mail-token-expires-happened = Ihr Token für die DSGVO-Schnittstellen gilt bis zum { $until }. Danach funktionieren Anwendungen, die es verwenden, nicht mehr damit.
mail-token-expires-renew = Sie können jederzeit ein neues erstellen. Das bisherige gilt dann nicht mehr. Sorgen Sie also dafür, dass jede Anwendung, die es verwendet, gleich das neue erhält.
mail-token-expires-unneeded = Wenn Sie es nicht mehr brauchen, müssen Sie nichts tun.
mail-token-expired-subject = Ihr DSGVO-Token ist abgelaufen
mail-token-expired-happened = Ihr Token für die DSGVO-Schnittstellen ist abgelaufen. Anwendungen, die es verwenden, funktionieren damit nicht mehr. Sie können jederzeit ein neues erstellen.
mail-token-expired-at = Abgelaufen
