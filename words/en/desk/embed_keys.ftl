# Keys for the chat on the pages of a marketplace: a section of the settings of the marketplace.

embed_keys_title = Embedding
embed_keys_text = A key lets the server of your site say who its visitors are, so that they find this chat on its pages.
# Above the addresses of the sites.
embed_keys_sites = Sites that may show it
embed_keys_no_sites = No site may show it yet. Whoever runs this server allows one with --embed-site.
embed_keys_empty = There are no keys.
# Of the list, for screen readers.
embed_keys_label = Keys
# $when is a time such as "3 days ago".
embed_keys_made = Made { $when }
embed_keys_used = last used { $when }
embed_keys_never_used = never used
embed_keys_revoked = revoked { $when }

# The form of a new key.
embed_keys_issuer = Site
embed_keys_issuer_hint = Like shop.example.com. Keys of one site name the same people.
embed_keys_algorithm = It signs by
embed_keys_algorithm_secret = A secret (HS256)
embed_keys_algorithm_address = Keys at an address (JWKS)
embed_keys_public_key = Public key, or address of keys
embed_keys_public_key_hint = A key as PEM; the address as https://shop.example.com/.well-known/jwks.json. Leave it empty for a secret.
embed_keys_make = Make a key
embed_keys_done = The key is made.

# Above the new secret.
embed_keys_copy_now = Copy the secret now.
embed_keys_shown_once = You can’t see it again. It belongs on your server, and never into a page.

embed_keys_revoke = Revoke
embed_keys_ask_title = Revoke the key of { $issuer }?
embed_keys_ask_text = Pages that use it lose the chat at once.
embed_keys_ask_yes = Revoke it
embed_keys_gone = The key is revoked.
