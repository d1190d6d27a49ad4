history-registered = Das Konto wurde eröffnet
history-signed-in = { $passkey ->
    [none] Angemeldet
   *[other] Mit einem Passkey angemeldet
}
history-second-step-asked = Das Passwort stimmte, und nach einem weiteren Faktor wurde gefragt
history-second-factor-asked = { $channel ->
    [sms] Das Passwort stimmte, und ein Code wurde per SMS gesendet
    [call] Das Passwort stimmte, und ein Code wurde durch einen automatischen Anruf mitgeteilt
   *[other] Das Passwort stimmte, und ein Code wurde gesendet
}
history-signed-out = { $reason ->
    [signed_out] Abgemeldet
    [ended_by_holder] Eine Sitzung wurde von einer anderen Sitzung aus abgemeldet
    [password_changed] Eine Sitzung wurde abgemeldet, weil das Passwort geändert wurde
    [password_reset] Eine Sitzung wurde abgemeldet, weil über eine E-Mail ein neues Passwort gewählt wurde
    [email_changed] Eine Sitzung wurde abgemeldet, weil die E-Mail-Adresse geändert wurde
    [email_change_undone] Eine Sitzung wurde abgemeldet, weil eine Änderung der E-Mail-Adresse zurückgenommen wurde
    [phone_removed] Eine Sitzung wurde abgemeldet, weil die Telefonnummer entfernt wurde
    [billing_email_undone] Eine Sitzung wurde abgemeldet, weil eine andere Rechnungsadresse zurückgenommen wurde
    [replaced] Eine Sitzung endete mit einer neuen Anmeldung im selben Browser
    [too_many] Eine Sitzung wurde abgemeldet, weil es zu viele waren: Sie war am längsten nicht benutzt worden
    [phone_verified] Eine Sitzung wurde abgemeldet, weil eine Telefonnummer bestätigt wurde
    [ended_by_operator] Eine Sitzung wurde vom Betreiber abgemeldet
    [factor_removed] Eine Sitzung wurde abgemeldet, weil der zweite Faktor nach einem Identitätsnachweis entfernt wurde
    [second_factor_undone] Eine Sitzung wurde abgemeldet, weil ein zweiter Faktor zurückgenommen wurde
    [recovery_codes_issued] Eine Sitzung wurde abgemeldet, weil neue Wiederherstellungscodes erstellt wurden
    [authenticator_app_added] Eine Sitzung wurde abgemeldet, weil eine Authenticator-App hinzugefügt wurde
    [authenticator_app_removed] Eine Sitzung wurde abgemeldet, weil die Authenticator-App entfernt wurde
    [passkey_added] Eine Sitzung wurde abgemeldet, weil ein Passkey hinzugefügt wurde
    [passkey_removed] Eine Sitzung wurde abgemeldet, weil ein Passkey entfernt wurde
   *[other] Eine Sitzung endete
}
history-reauthenticated = { $passkey ->
    [none] Das Passwort wurde noch einmal bestätigt
   *[other] Mit einem Passkey wurde bestätigt, wer da ist
}
history-name-changed = Der Name wurde geändert
history-locale-changed = { $language ->
    [none] { $zone ->
        [none] Sprache und Zeitzone sind ab jetzt die des Browsers
       *[other] Die Zeitzone wurde gewählt; die Sprache ist die des Browsers
    }
   *[other] { $zone ->
        [none] Die Sprache wurde gewählt; die Zeitzone ist die des Browsers
       *[other] Sprache und Zeitzone wurden gewählt
    }
}
history-billing-email-changed = { $address ->
    [none] Die E-Mail-Adresse für Rechnungen wurde entfernt
   *[other] Die E-Mail-Adresse für Rechnungen wurde geändert
}
history-billing-email-undone = Eine andere E-Mail-Adresse für Rechnungen wurde zurückgenommen, mit dem Link aus der E-Mail dazu
history-email-change-requested = Eine andere E-Mail-Adresse wurde angegeben, zu bestätigen bis { $until }
history-email-changed = Die neue E-Mail-Adresse wurde bestätigt und gilt; die Änderung kann bis { $until } zurückgenommen werden
history-email-change-undone = Die Änderung der E-Mail-Adresse wurde von der alten Adresse aus zurückgenommen
history-email-change-ended = { $cancelled ->
    [yes] Der Wechsel zur anderen E-Mail-Adresse wurde abgebrochen
   *[other] Die andere E-Mail-Adresse kann nicht mehr bestätigt werden: Der Nachweis, mit dem sie angegeben wurde, gilt nicht mehr
}
history-former-email-released = { $address ->
    [none] Eine Änderung der E-Mail-Adresse kann nicht mehr zurückgenommen werden
   *[other] Die frühere E-Mail-Adresse wurde freigegeben: Die Änderung kann nicht mehr zurückgenommen werden
}
history-password-changed = Das Passwort wurde geändert
history-password-reset-asked = Ein Link für ein neues Passwort wurde angefordert; er gilt bis { $until }
history-password-reset = Ein neues Passwort wurde über einen Link aus einer E-Mail gewählt
history-phone-change-requested = { $channel ->
    [sms] Eine Telefonnummer wurde angegeben, und ein Code wurde per SMS dorthin gesendet
    [call] Eine Telefonnummer wurde angegeben, und ein Code wurde dort durch einen automatischen Anruf mitgeteilt
   *[other] Eine Telefonnummer wurde angegeben, und ein Code wurde dorthin gesendet
}
history-phone-verified = { $channel ->
    [sms] Die Telefonnummer wurde bestätigt: Codes kommen von nun an per SMS
    [call] Die Telefonnummer wurde bestätigt: Codes kommen von nun an durch einen automatischen Anruf
   *[other] Die Telefonnummer wurde bestätigt
}
history-phone-removed = { $others ->
    [yes] Die Telefonnummer wurde entfernt; andere zweite Faktoren bleiben
   *[other] Die Telefonnummer wurde entfernt; einen zweiten Faktor gibt es nicht mehr
}
history-app-added = Eine Authenticator-App wurde hinzugefügt: Ab jetzt sind ihre Codes ein zweiter Faktor
history-app-removed = { $others ->
    [yes] Die Authenticator-App wurde entfernt; andere zweite Faktoren bleiben
   *[other] Die Authenticator-App wurde entfernt; einen zweiten Faktor gibt es nicht mehr
}
history-passkey-added = Ein Passkey wurde hinzugefügt: Ab jetzt meldet er ohne Passwort an
history-passkey-renamed = Ein Passkey bekam einen anderen Namen
history-passkey-removed = { $others ->
    [yes] Ein Passkey wurde entfernt; andere zweite Faktoren bleiben
   *[other] Ein Passkey wurde entfernt; einen zweiten Faktor gibt es nicht mehr
}
history-passkeys-ended = { $count ->
    [one] Damit endete 1 Passkey, der in der letzten Woche hinzugefügt worden war
   *[other] Damit endeten { $count } Passkeys, die in der letzten Woche hinzugefügt worden waren
}{ $others ->
    [yes] { "" }; andere zweite Faktoren bleiben
   *[other] { "" }; einen zweiten Faktor gibt es nicht mehr
}
history-second-factor-undone = { $factor ->
    [phone] Die Telefonnummer wurde zurückgenommen, mit dem Link aus der E-Mail dazu
    [recovery_codes] Die Wiederherstellungscodes wurden zurückgenommen, mit dem Link aus der E-Mail dazu
    [authenticator_app] Die Authenticator-App wurde zurückgenommen, mit dem Link aus der E-Mail dazu
   *[other] Ein Passkey wurde zurückgenommen, mit dem Link aus der E-Mail dazu
}
history-sessions-ended = Alle Sitzungen wurden vom Betreiber beendet
history-factor-removal-begun = Der zweite Faktor soll am { $until } entfernt werden, wenn niemand widerspricht; dem Betreiber wurde nachgewiesen, wer darum bittet: { $proof ->
    [document_seen] durch ein Ausweisdokument
    [called_back] durch einen Rückruf
    [other] auf andere Weise
   *[later] durch einen Nachweis, für den es hier keine Worte gibt
}{ $note ->
    [none] { "" }
   *[other] { "" }, Notiz { $note }
}
history-factor-removal-stopped = Der Entfernung des zweiten Faktors wurde widersprochen: Er bleibt
history-factor-removed = Der zweite Faktor wurde entfernt, nach einem Identitätsnachweis und nach Ablauf der Zeit zum Widerspruch
history-recovery-codes-issued = { $count ->
    [one] 1 neuer Wiederherstellungscode wurde erstellt; ältere gelten nicht mehr
   *[other] { $count } neue Wiederherstellungscodes wurden erstellt; ältere gelten nicht mehr
}
history-recovery-code-used = { $left ->
    [0] Ein Wiederherstellungscode wurde verwendet; keiner ist übrig
    [one] Ein Wiederherstellungscode wurde verwendet; 1 ist übrig
   *[other] Ein Wiederherstellungscode wurde verwendet; { $left } sind übrig
}
history-preferences-changed = { $personalization ->
    [none] { $logging ->
        [on] Die Aufzeichnung der Nutzung wurde eingeschaltet
       *[off] Die Aufzeichnung der Nutzung wurde ausgeschaltet
    }
    [on] { $logging ->
        [none] Die Personalisierung wurde eingeschaltet
        [on] Die Personalisierung und die Aufzeichnung der Nutzung wurden eingeschaltet
       *[off] Die Personalisierung wurde ein- und die Aufzeichnung der Nutzung ausgeschaltet
    }
   *[off] { $logging ->
        [none] Die Personalisierung wurde ausgeschaltet
        [on] Die Personalisierung wurde aus- und die Aufzeichnung der Nutzung eingeschaltet
       *[off] Die Personalisierung und die Aufzeichnung der Nutzung wurden ausgeschaltet
    }
} (Datenschutzerklärung { $policy })
history-gdpr-token-issued = { $older ->
    [none] Ein Token für die DSGVO-Schnittstellen wurde erstellt, gültig bis { $until }
   *[yes] Ein neues Token für die DSGVO-Schnittstellen wurde erstellt, gültig bis { $until }; das ältere gilt nicht mehr
}
history-gdpr-token-ended = { $reason ->
    [revoked] Das Token für die DSGVO-Schnittstellen wurde widerrufen
    [expired] Das Token für die DSGVO-Schnittstellen ist abgelaufen
   *[other] Das Token für die DSGVO-Schnittstellen gilt nicht mehr
}
history-organization-joined = Mitglied einer Organisation geworden
history-organization-left = Nicht mehr Mitglied einer Organisation
history-notice-sent = Eine Nachricht wurde gesendet: { $what }
history-notice-undeliverable = Eine Nachricht kam nicht an ({ $why }): { $what }
history-notice = { $notice ->
    [new_device] eine Anmeldung von einem neuen Gerät
    [email_confirmation] ein Link, um eine neue E-Mail-Adresse zu bestätigen
    [email_change] eine Änderung der E-Mail-Adresse
    [email_change_undone] eine zurückgenommene Änderung der E-Mail-Adresse
    [password_changed] ein neues Passwort
    [password_reset_link] ein Link, um ein neues Passwort zu wählen
    [code] ein Code
    [phone_verified] eine neue Telefonnummer
    [phone_removed] die Entfernung der Telefonnummer
    [authenticator_app_added] eine neue Authenticator-App
    [authenticator_app_removed] die Entfernung der Authenticator-App
    [passkey_added] ein neuer Passkey
    [passkey_removed] die Entfernung eines Passkeys
    [second_factor_demand_changed] ob eine Organisation einen zweiten Faktor verlangt
    [second_factor_undone] ein zurückgenommener zweiter Faktor
    [sessions_ended] das Ende aller Sitzungen
    [factor_removal_begun] eine angekündigte Entfernung des zweiten Faktors
    [factor_removal_stopped] ein Widerspruch gegen die Entfernung des zweiten Faktors
    [factor_removed] die Entfernung des zweiten Faktors
    [recovery_codes_issued] neue Wiederherstellungscodes
    [recovery_code_used] ein verwendeter Wiederherstellungscode
    [failed_codes] falsche Codes nach dem richtigen Passwort
    [credentials_reset] neue Zugangsdaten eines Projekts
    [credentials_revealed] ein Blick auf das Geheimnis eines Projekts
    [credentials_revoked] widerrufene Zugangsdaten eines Projekts
    [gdpr_token_issued] ein neues DSGVO-Token
    [gdpr_token_revoked] ein widerrufenes DSGVO-Token
    [gdpr_token_expires_in_30_days] ein DSGVO-Token, das in 30 Tagen abläuft
    [gdpr_token_expires_in_7_days] ein DSGVO-Token, das in 7 Tagen abläuft
    [gdpr_token_expired] ein abgelaufenes DSGVO-Token
    [billing_email_changed] eine andere Rechnungsadresse
    [billing_email_undone] eine zurückgenommene Rechnungsadresse
    [archive_downloaded] ein Download der Datenkopie
    [role_changed] eine andere Rolle in einer Organisation
    [membership_ended] das Ende einer Mitgliedschaft
    [team_changed] eine Änderung bei den Mitgliedern einer Organisation
    [project_owners_changed] eine Änderung bei den Inhabern eines Projekts
    [account_deleted] die Löschung des Kontos
   *[other] etwas zum Konto
}
history-request-notice = { $notice ->
    [received] der Antrag ist eingegangen
    [archive_ready] die Kopie ist fertig
    [archive_expiring] die Kopie läuft bald ab
    [erased] die Daten wurden gelöscht
    [cancelled] der Antrag wurde zurückgezogen
   *[other] etwas zum Antrag
}
history-undeliverable = { $reason ->
    [account_ended] das Konto war beendet
    [no_address] es gab keine Adresse
    [refused] der Empfänger hat sie endgültig abgewiesen
    [put_off] der Empfänger hat sie tagelang aufgeschoben
    [unconfirmed] sie wurde nie bestätigt und ist vielleicht doch angekommen
    [too_late] sie war inzwischen überholt
    [unreadable] sie war nicht mehr lesbar
    [no_gateway] der Dienst kann niemanden per Telefon erreichen
   *[other] sie kam nicht durch
}
history-history-viewed = { $what ->
    [history] { $until ->
        [none] Der Verlauf des Kontos wurde angesehen
       *[other] Der Verlauf des Kontos bis { $until } wurde angesehen
    }
    [state] { $until ->
        [none] Der Stand des Kontos wurde angesehen
       *[other] Der Stand des Kontos am { $until } wurde angesehen
    }
    [account] Das Konto wurde nachgeschlagen
    [privacy_request] Eine Datenschutzanfrage des Kontos wurde angesehen
   *[other] { $until ->
        [none] Das Konto wurde angesehen
       *[other] Das Konto, wie es am { $until } war, wurde angesehen
    }
}
history-failed-tries-noted = { $kind ->
    [password] Ein falsches Passwort wurde versucht:
    [code] Nach dem richtigen Passwort wurde ein falscher Code eingegeben:
    [access] Etwas, das nicht zum Konto gehört, wurde verlangt und verweigert:
   *[other] Etwas wurde vergeblich versucht:
} { $tries ->
    [one] einmal
   *[other] { $tries }-mal
}, aus { $networks ->
    [one] 1 Netz
   *[other] { $networks } Netzen
}, zwischen { $since } und { $until }
history-deleted = Das Konto wurde gelöscht
history-personal-data-erased = Alles Persönliche im Konto wurde unlesbar gemacht
history-organization-created = Die Organisation „{ $name }“ wurde gegründet
history-organization-renamed = Die Organisation heißt jetzt „{ $name }“
history-member-invited = { $by ->
    [none] Jemand wurde in die Organisation eingeladen
   *[yes] Ein Mitglied hat jemanden in die Organisation eingeladen
}, als { $role ->
    [owner] Inhaber
    [admin] Admin
    [member] Mitglied
   *[other] { $role }
}, gültig bis { $until }
history-invitation-ended = { $reason ->
    [revoked] Eine Einladung in die Organisation wurde zurückgenommen
    [declined] Eine Einladung in die Organisation wurde abgelehnt
    [expired] Eine Einladung in die Organisation ist abgelaufen
    [sender_without_right] Eine Einladung in die Organisation endete: Wer sie ausgesprochen hat, darf diese Rolle nicht mehr vergeben
   *[other] Eine Einladung in die Organisation endete
}
history-member-joined = { $who ->
    [you] Sie sind der Organisation beigetreten
   *[other] Ein Konto ist der Organisation beigetreten
}{ $invitation ->
    [none] { "" }
   *[yes] { " " }(auf Einladung)
}, als { $role ->
    [owner] Inhaber
    [admin] Admin
    [member] Mitglied
   *[other] { $role }
}
history-member-role-changed = { $who ->
    [you] Ihre Rolle in der Organisation wurde geändert
   *[other] Die Rolle eines Mitglieds der Organisation wurde geändert
}: von { $from ->
    [owner] Inhaber
    [admin] Admin
    [member] Mitglied
   *[other] { $from }
} zu { $to ->
    [owner] Inhaber
    [admin] Admin
    [member] Mitglied
   *[other] { $to }
}{ $lost ->
    [none] { "" }
   *[yes] { "" }; die Nennung als Inhaber von Projekten endete
}
history-member-left = { $who ->
    [you] { $reason ->
        [left] Sie haben die Organisation verlassen
        [removed] Sie wurden aus der Organisation entfernt
        [account_deleted] Sie haben die Organisation verlassen, weil das Konto gelöscht wurde
       *[other] Ihre Mitgliedschaft in der Organisation endete
    }
   *[other] { $reason ->
        [left] Ein Mitglied hat die Organisation verlassen
        [removed] Ein Mitglied wurde aus der Organisation entfernt
        [account_deleted] Ein Mitglied hat die Organisation verlassen, weil das Konto gelöscht wurde
       *[other] Eine Mitgliedschaft in der Organisation endete
    }
}
history-second-factor-demand = { $demanded ->
    [yes] Die Organisation verlangt von ihren Mitgliedern ab jetzt einen zweiten Faktor
   *[other] Die Organisation verlangt von ihren Mitgliedern keinen zweiten Faktor mehr
}
history-organization-closed = Die Organisation wurde geschlossen, weil ihr einziges Mitglied gegangen ist
history-project-created = Das Projekt „{ $name }“ wurde angelegt
history-project-renamed = Das Projekt heißt jetzt „{ $name }“
history-owner-added = { $who ->
    [you] Sie wurden als Inhaber des Projekts benannt
   *[other] Ein Konto wurde als Inhaber des Projekts benannt
}
history-owner-removed = { $who ->
    [you] Sie sind nicht mehr als Inhaber des Projekts benannt
   *[other] Ein Konto ist nicht mehr als Inhaber des Projekts benannt
}
history-credentials-revealed = Das API-Geheimnis des Projekts wurde angezeigt
history-credentials-reset = { $previous ->
    [none] Das Projekt hat einen neuen API-Schlüssel mit Geheimnis erhalten
   *[yes] { $until ->
        [none] API-Schlüssel und Geheimnis des Projekts wurden zurückgesetzt; die alten gelten nicht mehr
       *[other] API-Schlüssel und Geheimnis des Projekts wurden zurückgesetzt; die alten gelten noch bis { $until }
    }
}
history-previous-credentials-ended = Alter API-Schlüssel und altes Geheimnis des Projekts gelten seit { $at } nicht mehr: { $reason ->
    [overlap_over] Ihre Zeit war abgelaufen
    [retired] Sie wurden vorzeitig beendet
    [reset_again] Das Projekt hat noch einmal neue erhalten
   *[other] Sie wurden beendet
}
history-credentials-revoked = Ein API-Schlüssel mit Geheimnis des Projekts wurde widerrufen
history-request-received = { $kind ->
    [export] Eine Kopie der Daten wurde angefordert, fällig am { $due }
    [erasure] Die Löschung der Nutzungsdaten wurde verlangt, fällig am { $due }
   *[other] Ein Datenschutzantrag wurde gestellt, fällig am { $due }
}
history-request-started = Die Arbeit an dem Antrag hat begonnen
history-source-progressed = { $source ->
    [account] Das Konto selbst
    [usage] Die Nutzungsdaten
    [archives] Frühere Datenkopien
   *[other] Quelle { $source }
}: { $records ->
    [one] bisher 1 Datensatz
   *[other] bisher { $records } Datensätze
} bearbeitet
history-source-exported = { $source ->
    [account] Das Konto selbst
    [usage] Die Nutzungsdaten
    [archives] Frühere Datenkopien
   *[other] Quelle { $source }
}: übergeben in { $files ->
    [one] 1 Datei
   *[other] { $files } Dateien
}
history-source-erased = { $source ->
    [account] Das Konto selbst
    [usage] Die Nutzungsdaten
    [archives] Frühere Datenkopien
   *[other] Quelle { $source }
}: { $records ->
    [one] 1 Datensatz
   *[other] { $records } Datensätze
} gelöscht
history-source-verified = { $source ->
    [account] Das Konto selbst
    [usage] Die Nutzungsdaten
    [archives] Frühere Datenkopien
   *[other] Quelle { $source }
}: noch einmal gelesen, nichts war mehr da
history-source-found-again = { $source ->
    [account] Das Konto selbst
    [usage] Die Nutzungsdaten
    [archives] Frühere Datenkopien
   *[other] Quelle { $source }
}: noch einmal gelesen, { $records ->
    [one] 1 Datensatz war
   *[other] { $records } Datensätze waren
} noch da; noch einmal gelöscht wird am { $again }
history-source-failed = { $source ->
    [account] Das Konto selbst
    [usage] Die Nutzungsdaten
    [archives] Frühere Datenkopien
   *[other] Quelle { $source }
}: keine Antwort (Versuch { $attempts }); der nächste Versuch ist am { $again }
history-collection-restarted = Was gesammelt war, wurde inzwischen gelöscht; deshalb wird neu gesammelt
history-request-packaged = Die Kopie der Daten wurde gepackt ({ $size })
history-request-completed = { $kind ->
    [export] Die Kopie der Daten ist fertig
    [erasure] Die Löschung der Nutzungsdaten ist abgeschlossen
   *[other] Der Datenschutzantrag ist abgeschlossen
}
history-request-notice-sent = Eine E-Mail zu dem Antrag wurde gesendet: { $what }
history-request-notice-undeliverable = Eine E-Mail zu dem Antrag konnte nicht gesendet werden ({ $why }): { $what }
history-request-cancelled = { $kind ->
    [export] Die Anforderung einer Datenkopie wurde zurückgezogen
    [erasure] Die Löschung der Nutzungsdaten wurde abgebrochen
   *[other] Der Datenschutzantrag wurde zurückgezogen
}
history-archive-downloaded = { $whole ->
    [no] Ein Download der Datenkopie hat begonnen
   *[yes] Die Datenkopie wurde heruntergeladen
}
history-archive-ended = { $reason ->
    [expired] Die Datenkopie ist abgelaufen
    [disabled] Der Link zur Datenkopie wurde gesperrt
    [erased] Die Datenkopie wurde zurückgezogen, weil ihre Daten gelöscht wurden
   *[other] Die Datenkopie ist nicht mehr verfügbar
}
history-request-stalled = Die Arbeit an dem Antrag stockt; jemand wurde gebeten, sich darum zu kümmern
history-parts-removed = Die gesammelten Teile wurden entfernt
history-objects-removed = Alle Dateien des Antrags wurden entfernt
