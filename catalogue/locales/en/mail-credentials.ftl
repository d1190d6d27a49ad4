mail-credentials-reset-subject = The credentials of a project were reset
mail-credentials-reset-by-you = You reset the API key and the API secret of the project { $project }.
mail-credentials-reset-by-other = Another owner reset the API key and the API secret of the project { $project }, which you own.
mail-credentials-reset-until = The ones before work until { $until }. By then every application that uses them needs the new ones.
mail-credentials-reset-now = The ones before no longer work: every application that uses them needs the new ones.
mail-credentials-reset-not-you = If it was not you, change your password at once, and then reset them again.
mail-credentials-ask = The page of the project says who it was. If you did not expect this, ask them.
mail-credentials-reset-at = Reset
mail-secret-shown-subject = The secret of a project was shown
mail-secret-shown-you = The API secret of the project { $project } was shown to you.
mail-secret-shown-other = The API secret of the project { $project }, which you own, was shown to another owner.
mail-secret-shown-not-you = If it was not you, change your password at once, and then reset the credentials of the project.
mail-secret-shown-ask = The page of the project says to whom. If you did not expect this, ask them. A secret that the wrong person has seen opens nothing any more once you reset the credentials of the project.
mail-secret-shown-at = Shown
mail-credentials-revoked-subject = The credentials of a project were revoked
mail-credentials-revoked-happened = { $service } revoked an API key and API secret of the project { $project }. Applications that use them can no longer do so.
mail-credentials-revoked-then = To have new ones, reset the credentials of the project. Why this was done you can ask { $whom }.
mail-project = Project
mail-project-id = Project ID
mail-project-link = Open the project
mail-token-issued-subject = You have a new GDPR token
mail-token-issued-happened = You have a new token for the GDPR APIs. It works until { $until }.
mail-token-issued-replaces = The one before no longer works: every application that uses it needs the new one.
mail-token-issued-not-you = If it was not you, change your password at once, and then revoke the token.
mail-token-revoked-subject = Your GDPR token was revoked
mail-token-revoked-happened = Your token for the GDPR APIs was revoked. Applications that use it can no longer do so. You can have a new one at any time.
mail-token-revoked-unexpected = If you did not expect this, change your password and ask { $whom }.
mail-token-expires-subject = { $days ->
    [one] Your GDPR token expires in 1 day
   *[other] Your GDPR token expires in { $days } days
}
mail-token-expires-happened = Your token for the GDPR APIs works until { $until }. After that, applications that use it can no longer do so.
mail-token-expires-renew = You can have a new one at any time. The one you have then no longer works, so be ready to give the new one to every application that uses it.
mail-token-expires-unneeded = If you no longer need it, there is nothing to do.
mail-token-expired-subject = Your GDPR token has expired
mail-token-expired-happened = Your token for the GDPR APIs has expired. Applications that use it can no longer do so. You can have a new one at any time.
mail-token-expired-at = Expired
