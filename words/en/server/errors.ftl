# Why something failed, where only the server finds it.

error_signed_out = You are signed out. Sign in to go on.
error_full = There is no space left to save this. Try again later.

# Too many requests.
error_too_fast_moment = That was a lot at once. Wait a moment, then try again.
error_too_fast_seconds =
    { $seconds ->
       *[other] That was a lot at once. Try again in { $seconds } seconds.
    }
error_too_fast_minutes =
    { $minutes ->
       *[other] That was a lot at once. Try again in { $minutes } minutes.
    }

# In place of a page.
error_not_rendered = This page could not be shown. Try again in a moment.
