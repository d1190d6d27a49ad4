mail-new-device-subject = A new sign-in to your account
mail-new-device-happened = Somebody signed in to your account at { $service } with { $program }, which was not used with it before.
mail-new-device-not-you = If it was not you, somebody knows your password. Change it at once: that ends all other sessions.
mail-new-device-at = Signed in
mail-archive-fetched-subject = The copy of your data was fetched
mail-archive-fetched-happened = The copy of your data was fetched with { $program }, by somebody who is signed in to your account.
mail-archive-fetched-not-you = If it was not you, change your password at once under Security: that ends all other sessions. Then delete the copy, so that it is not fetched again. Begin on this page:
mail-archive-fetched-link = See the request
mail-archive-fetched-at = Fetched
mail-password-changed-subject = Your password was changed
mail-password-changed-happened = Your account at { $service } has a new password. The one before no longer works, and sessions that were open elsewhere have ended.
mail-password-changed-not-you = If it was not you, ask at once, where you sign in, for a link to choose another one: it is sent to this address.
mail-password-reset-subject = Choose a new password
mail-password-reset-happened = Somebody asked for a new password for your account at { $service }. To choose one, open this page:
mail-password-reset-link = Choose a new password
mail-password-reset-not-you = If it was not you who asked, do nothing: your password stays as it is.
mail-account-deleted-subject = Your account is deleted
mail-account-deleted-happened = Your account at { $service } is deleted. Nobody can sign in to it any more; its sessions, its tokens and its codes no longer work. What is personal in its history is made unreadable.
mail-account-deleted-stays = You are no longer a member of any organization. Organizations, their projects and the data in these stay.
mail-account-deleted-exports = { $count ->
    [one] The copy of your data that you had asked for ended with it: it can no longer be fetched.
   *[other] The copies of your data that you had asked for ended with it: they can no longer be fetched.
}
mail-account-deleted-not-you = If it was not you, tell { $whom }. A deleted account cannot be brought back.
mail-account-deleted-at = Deleted
