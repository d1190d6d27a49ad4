history-registered = The account was opened
history-signed-in = { $passkey ->
    [none] Signed in
   *[other] Signed in with a passkey
}
history-second-step-asked = The password was right, and another factor was asked for
history-second-factor-asked = { $channel ->
    [sms] The password was right, and a code was sent by text message
    [call] The password was right, and a code was given by an automated call
   *[other] The password was right, and a code was sent
}
history-signed-out = { $reason ->
    [signed_out] Signed out
    [ended_by_holder] A session was signed out from another session
    [password_changed] A session was signed out because the password was changed
    [password_reset] A session was signed out because a new password was chosen by mail
    [email_changed] A session was signed out because the email address was changed
    [email_change_undone] A session was signed out because a change of the email address was taken back
    [phone_removed] A session was signed out because the phone number was removed
    [billing_email_undone] A session was signed out because another billing address was taken back
    [replaced] A session ended with a new sign-in in the same browser
    [too_many] A session was signed out because there were too many: it was the one used least recently
    [phone_verified] A session was signed out because a phone number was verified
    [ended_by_operator] A session was signed out by an operator
    [factor_removed] A session was signed out because the second factor was removed after proof of who the holder is
    [second_factor_undone] A session was signed out because a second factor was taken back
    [recovery_codes_issued] A session was signed out because new recovery codes were made
    [authenticator_app_added] A session was signed out because an authenticator app was added
    [authenticator_app_removed] A session was signed out because the authenticator app was removed
    [passkey_added] A session was signed out because a passkey was added
    [passkey_removed] A session was signed out because a passkey was removed
   *[other] A session ended
}
history-reauthenticated = { $passkey ->
    [none] The password was confirmed again
   *[other] A passkey was shown to confirm who is there
}
history-name-changed = The name was changed
history-locale-changed = { $language ->
    [none] { $zone ->
        [none] The language and the time zone are those of the browser from now on
       *[other] The time zone was set; the language is that of the browser
    }
   *[other] { $zone ->
        [none] The language was set; the time zone is that of the browser
       *[other] The language and the time zone were set
    }
}
history-billing-email-changed = { $address ->
    [none] The billing email was removed
   *[other] The billing email was changed
}
history-billing-email-undone = Another billing email was taken back, by the link in the mail that told of it
history-email-change-requested = Another email address was asked for, to be confirmed by { $until }
history-email-changed = The new email address was confirmed and holds; it can be taken back until { $until }
history-email-change-undone = The change of the email address was taken back from the old address
history-email-change-ended = { $cancelled ->
    [yes] The change to the other email address was cancelled
   *[other] The other email address can no longer be confirmed: it was asked for with a proof that counts no more
}
history-former-email-released = { $address ->
    [none] A change of the email address can no longer be taken back
   *[other] The former email address was given up: the change can no longer be taken back
}
history-password-changed = The password was changed
history-password-reset-asked = A link to choose a new password was asked for, which works until { $until }
history-password-reset = A new password was chosen by a link sent by mail
history-phone-change-requested = { $channel ->
    [sms] A phone number was given, and a code was sent there by text message
    [call] A phone number was given, and a code was given there by an automated call
   *[other] A phone number was given, and a code was sent there
}
history-phone-verified = { $channel ->
    [sms] The phone number was verified: from now on codes come by text message
    [call] The phone number was verified: from now on codes come by an automated call
   *[other] The phone number was verified
}
history-phone-removed = { $others ->
    [yes] The phone number was removed; other second factors are left
   *[other] The phone number was removed; there is no second factor any more
}
history-app-added = An authenticator app was added: from now on its codes are a second factor
history-app-removed = { $others ->
    [yes] The authenticator app was removed; other second factors are left
   *[other] The authenticator app was removed; there is no second factor any more
}
history-passkey-added = A passkey was added: from now on it signs in without a password
history-passkey-renamed = A passkey got another name
history-passkey-removed = { $others ->
    [yes] A passkey was removed; other second factors are left
   *[other] A passkey was removed; there is no second factor any more
}
history-passkeys-ended = { $count ->
    [one] With it ended 1 passkey that had been added in the last week
   *[other] With it ended { $count } passkeys that had been added in the last week
}{ $others ->
    [yes] { "" }; other second factors are left
   *[other] { "" }; there is no second factor any more
}
history-second-factor-undone = { $factor ->
    [phone] The phone number was taken back, by the link in the mail that told of it
    [recovery_codes] The recovery codes were taken back, by the link in the mail that told of them
    [authenticator_app] The authenticator app was taken back, by the link in the mail that told of it
   *[other] A passkey was taken back, by the link in the mail that told of it
}
history-sessions-ended = All sessions were ended by an operator
history-factor-removal-begun = The second factor is to be removed on { $until } unless the holder objects; it was proved to an operator who asks: { $proof ->
    [document_seen] a document was seen
    [called_back] the holder was called back
    [other] in another way
   *[later] by a proof that has no words here
}{ $note ->
    [none] { "" }
   *[other] { "" }, note { $note }
}
history-factor-removal-stopped = The holder objected to the removal of the second factor: it stays
history-factor-removed = The second factor was removed, after proof of who the holder is and the time to object
history-recovery-codes-issued = { $count ->
    [one] 1 new recovery code was made; older ones no longer work
   *[other] { $count } new recovery codes were made; older ones no longer work
}
history-recovery-code-used = { $left ->
    [0] A recovery code was used; none is left
    [one] A recovery code was used; 1 is left
   *[other] A recovery code was used; { $left } are left
}
history-preferences-changed = { $personalization ->
    [none] { $logging ->
        [on] Usage logging was switched on
       *[off] Usage logging was switched off
    }
    [on] { $logging ->
        [none] Personalization was switched on
        [on] Personalization and usage logging were switched on
       *[off] Personalization was switched on, and usage logging off
    }
   *[off] { $logging ->
        [none] Personalization was switched off
        [on] Personalization was switched off, and usage logging on
       *[off] Personalization and usage logging were switched off
    }
} (privacy policy { $policy })
history-gdpr-token-issued = { $older ->
    [none] A token for the GDPR APIs was made, valid until { $until }
   *[yes] A new token for the GDPR APIs was made, valid until { $until }; the older one no longer works
}
history-gdpr-token-ended = { $reason ->
    [revoked] The token for the GDPR APIs was revoked
    [expired] The token for the GDPR APIs expired
   *[other] The token for the GDPR APIs no longer works
}
history-organization-joined = Became a member of an organization
history-organization-left = Is no longer a member of an organization
history-notice-sent = A message went out: { $what }
history-notice-undeliverable = A message could not be delivered, since { $why }: { $what }
history-notice = { $notice ->
    [new_device] a sign-in from a new device
    [email_confirmation] a link to confirm a new email address
    [email_change] a change of the email address
    [email_change_undone] a change of the email address was taken back
    [password_changed] a new password
    [password_reset_link] a link to choose a new password
    [code] a code
    [phone_verified] a new phone number
    [phone_removed] the removal of the phone number
    [authenticator_app_added] a new authenticator app
    [authenticator_app_removed] the removal of the authenticator app
    [passkey_added] a new passkey
    [passkey_removed] the removal of a passkey
    [second_factor_demand_changed] whether an organization demands a second factor
    [second_factor_undone] a second factor was taken back
    [sessions_ended] all sessions were ended
    [factor_removal_begun] a removal of the second factor
    [factor_removal_stopped] an objection to the removal of the second factor
    [factor_removed] the second factor was removed
    [recovery_codes_issued] new recovery codes
    [recovery_code_used] the use of a recovery code
    [failed_codes] wrong codes after the right password
    [credentials_reset] new credentials of a project
    [credentials_revealed] a look at the secret of a project
    [credentials_revoked] revoked credentials of a project
    [gdpr_token_issued] a new GDPR token
    [gdpr_token_revoked] a revoked GDPR token
    [gdpr_token_expires_in_30_days] a GDPR token that expires in 30 days
    [gdpr_token_expires_in_7_days] a GDPR token that expires in 7 days
    [gdpr_token_expired] an expired GDPR token
    [billing_email_changed] another billing address
    [billing_email_undone] another billing address was taken back
    [archive_downloaded] a download of the copy of the data
    [role_changed] another role in an organization
    [membership_ended] the end of a membership
    [team_changed] a change among the members of an organization
    [project_owners_changed] a change among the owners of a project
    [account_deleted] the deletion of the account
   *[other] about the account
}
history-request-notice = { $notice ->
    [received] the request was received
    [archive_ready] the copy is ready
    [archive_expiring] the copy expires soon
    [erased] the data was erased
    [cancelled] the request was cancelled
   *[other] about the request
}
history-undeliverable = { $reason ->
    [account_ended] the account had ended
    [no_address] there was no address to write to
    [refused] it was refused for good where it should go
    [put_off] it was put off for days where it should go
    [unconfirmed] it was never confirmed, so that it may have arrived
    [too_late] it had become of no use
    [unreadable] it could not be read any more
    [no_gateway] the service has no phone gateway
   *[other] it did not get through
}
history-history-viewed = { $what ->
    [history] { $until ->
        [none] The history of the account was viewed
       *[other] The history of the account up to { $until } was viewed
    }
    [state] { $until ->
        [none] The state of the account was viewed
       *[other] The state of the account as of { $until } was viewed
    }
    [account] The account was looked up
    [privacy_request] A privacy request of the account was viewed
   *[other] { $until ->
        [none] The account was viewed
       *[other] The account as of { $until } was viewed
    }
}
history-failed-tries-noted = { $kind ->
    [password] A wrong password was tried
    [code] After the right password a wrong code was given
    [access] What is not the account’s own was asked for and refused
   *[other] Something was tried in vain
} { $tries ->
    [one] once
   *[other] { $tries } times
}, from { $networks ->
    [one] 1 network
   *[other] { $networks } networks
}, between { $since } and { $until }
history-deleted = The account was deleted
history-personal-data-erased = All that was personal in the account was made unreadable
history-organization-created = The organization “{ $name }” was created
history-organization-renamed = The organization was renamed to “{ $name }”
history-member-invited = Somebody was invited into the organization{ $by ->
    [none] { "" }
   *[yes] { " " }by a member
} as { $role ->
    [owner] owner
    [admin] admin
    [member] member
   *[other] { $role }
}, until { $until }
history-invitation-ended = { $reason ->
    [revoked] An invitation into the organization was taken back
    [declined] An invitation into the organization was declined
    [expired] An invitation into the organization expired
    [sender_without_right] An invitation into the organization ended: its sender may no longer give the role
   *[other] An invitation into the organization ended
}
history-member-joined = { $who ->
    [you] You joined the organization
   *[other] An account joined the organization
}{ $invitation ->
    [none] { "" }
   *[yes] { " " }by invitation,
} as { $role ->
    [owner] owner
    [admin] admin
    [member] member
   *[other] { $role }
}
history-member-role-changed = { $who ->
    [you] Your role in the organization was changed
   *[other] The role of a member of the organization was changed
} from { $from ->
    [owner] owner
    [admin] admin
    [member] member
   *[other] { $from }
} to { $to ->
    [owner] owner
    [admin] admin
    [member] member
   *[other] { $to }
}{ $lost ->
    [none] { "" }
   *[yes] { "" }; being named as an owner of projects ended
}
history-member-left = { $who ->
    [you] { $reason ->
        [left] You left the organization
        [removed] You were removed from the organization
        [account_deleted] You left the organization because the account was deleted
       *[other] Your membership of the organization ended
    }
   *[other] { $reason ->
        [left] A member left the organization
        [removed] A member was removed from the organization
        [account_deleted] A member left the organization because the account was deleted
       *[other] A membership of the organization ended
    }
}
history-second-factor-demand = { $demanded ->
    [yes] The organization demands a second factor of its members from now on
   *[other] The organization no longer demands a second factor of its members
}
history-organization-closed = The organization was closed, because its only member left
history-project-created = The project “{ $name }” was created
history-project-renamed = The project was renamed to “{ $name }”
history-owner-added = { $who ->
    [you] You were named as an owner of the project
   *[other] An account was named as an owner of the project
}
history-owner-removed = { $who ->
    [you] You are no longer named as an owner of the project
   *[other] An account is no longer named as an owner of the project
}
history-credentials-revealed = The API secret of the project was shown
history-credentials-reset = { $previous ->
    [none] The project got a new API key and secret
   *[yes] { $until ->
        [none] The API key and secret of the project were reset; the old ones no longer work
       *[other] The API key and secret of the project were reset; the old ones work until { $until }
    }
}
history-previous-credentials-ended = The old API key and secret of the project stopped working on { $at }: { $reason ->
    [overlap_over] their time was over
    [retired] they were retired early
    [reset_again] the project was given new ones once more
   *[other] they were ended
}
history-credentials-revoked = An API key and secret of the project were revoked
history-request-received = { $kind ->
    [export] A copy of the data was requested, due by { $due }
    [erasure] The erasure of the usage data was requested, due by { $due }
   *[other] A privacy request was made, due by { $due }
}
history-request-started = Work on the request began
history-source-progressed = { $source ->
    [account] The account itself
    [usage] The usage data
    [archives] Earlier copies of the data
   *[other] Source { $source }
}: { $records ->
    [one] 1 record has
   *[other] { $records } records have
} been handled so far
history-source-exported = { $source ->
    [account] The account itself
    [usage] The usage data
    [archives] Earlier copies of the data
   *[other] Source { $source }
}: handed over in { $files ->
    [one] 1 file
   *[other] { $files } files
}
history-source-erased = { $source ->
    [account] The account itself
    [usage] The usage data
    [archives] Earlier copies of the data
   *[other] Source { $source }
}: { $records ->
    [one] 1 record was
   *[other] { $records } records were
} erased
history-source-verified = { $source ->
    [account] The account itself
    [usage] The usage data
    [archives] Earlier copies of the data
   *[other] Source { $source }
}: looked at again, nothing was left
history-source-found-again = { $source ->
    [account] The account itself
    [usage] The usage data
    [archives] Earlier copies of the data
   *[other] Source { $source }
}: looked at again, { $records ->
    [one] 1 record was
   *[other] { $records } records were
} still there; erased again on { $again }
history-source-failed = { $source ->
    [account] The account itself
    [usage] The usage data
    [archives] Earlier copies of the data
   *[other] Source { $source }
}: no answer (attempt { $attempts }); it is asked again on { $again }
history-collection-restarted = What was collected was erased meanwhile, so it is collected again
history-request-packaged = The copy of the data was packaged ({ $size })
history-request-completed = { $kind ->
    [export] The copy of the data was completed
    [erasure] The erasure of the usage data was completed
   *[other] The privacy request was completed
}
history-request-notice-sent = A mail about the request went out: { $what }
history-request-notice-undeliverable = A mail about the request could not be sent, since { $why }: { $what }
history-request-cancelled = { $kind ->
    [export] The request for a copy of the data was cancelled
    [erasure] The erasure of the usage data was cancelled
   *[other] The privacy request was cancelled
}
history-archive-downloaded = { $whole ->
    [no] A download of the copy of the data began
   *[yes] The copy of the data was downloaded
}
history-archive-ended = { $reason ->
    [expired] The copy of the data expired
    [disabled] The link to the copy of the data was disabled
    [erased] The copy of the data was withdrawn because its data was erased
   *[other] The copy of the data is no longer available
}
history-request-stalled = Work on the request is held up, and somebody has been told to see to it
history-parts-removed = The collected parts were removed
history-objects-removed = All files of the request were removed
