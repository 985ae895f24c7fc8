# Signing in by an identity provider. $provider is its name.

provider_refused_password = Nobody signs in or up with a password here. Use the buttons of the sign-in page.
provider_refused_silent = { $provider } does not answer just now. Try again in a moment.
# For everything that is not to be believed.
provider_refused_again = That did not work. Please start again.
provider_refused_declined = { $provider } did not sign you in. Try again, or ask there.
provider_refused_no_account = You have no account here. Ask the people who run this marketplace for one.
provider_refused_linked = This account of { $provider } belongs to somebody else here.
provider_refused_last = There would be no way into your account without it. Choose a password first, or link another one.
# For who has no password.
provider_refused_stale = You signed in a while ago. Sign out and in again, and link it then.
# The name of somebody whose provider names nobody. $code is four letters and digits.
provider_unnamed = Newcomer { $code }

# The page between the settings and the provider, which is passed at once.
provider_continue = Continue to { $provider }
