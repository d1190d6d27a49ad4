security-title = Security
security-done-ended = The session is signed out.
security-done-others = All other sessions are signed out.
security-done-objected = Your second factor stays. We have sent you a mail about it.
security-done-nothing-waits = No removal of your second factor waits any more. See below how your account is protected.
security-removal = Your second factor is about to be removed
security-removal-lead = Somebody told us that they have lost your second factor. { $proof ->
    [document_seen] They showed a document.
    [called_back] We called them back at a number we knew.
   *[other] They proved in another way who they are.
} We will remove it on { $due }, unless you object.
security-removal-object = Was it you? Then there is nothing to do. If not, object now and change your password: whoever asked may know it.
security-object-button = Object, and keep the second factor
security-sessions = Where you are signed in
security-sessions-lead = Each browser or program that is signed in to your account. If you do not know one, sign it out and change your password.
security-sessions-alone = You are signed in nowhere else.
security-this-device = This device
security-device-unknown = Unknown device
security-network = Network { $network }
security-network-unknown = Network not known
security-since = Signed in { $since }
security-last-used = last used { $used }
security-end = ({ $device }, signed in { $since })
security-others-button = Sign out all others
security-factors = How your account is protected
security-no-factor = Your password alone opens your account. With a second factor, whoever learns your password still cannot sign in.
security-password = Password
security-password-set = Set
security-phone = Phone for codes
security-phone-none = Not set up
security-codes = Recovery codes
security-codes-left = { $count ->
    [0] None left
    [one] 1 left
   *[other] { $count } left
}
security-codes-renew = Make new codes
security-set-up = Set up
security-remove = Remove
security-happened = What happened
security-happened-lead = Every sign-in, every change and every look at your data is kept in your history.
security-happened-sign-ins = Sign-ins
security-happened-changes = Changes to your password, your factors and your address
security-happened-looks = Who looked at your secrets and your data
device-on = { $program } on { $system }
device-python = a Python program
device-android-app = an Android app
