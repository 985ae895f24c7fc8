# Embedding: the chat on the pages of a marketplace.

# For the developer of the marketplace. It does not say what is wrong.
embed_refused = This identity is not accepted. Sign a new one.

embed_key_refused_unknown = There is no such key.
# What is wrong with a new key.
embed_key_refused_issuer = Use lower-case letters, digits, dots and dashes, like shop.example.com.
embed_key_refused_public = This is no public key for this algorithm. Paste it as PEM, with its first and last line.
embed_key_refused_private = This is the private key. Keep it, and paste the public one.
embed_key_refused_needless = A secret is made here. Leave the public key empty.
embed_key_refused_no_address = Give the address of your public keys, like https://shop.example.com/.well-known/jwks.json.
embed_key_refused_address = There are no keys at this address that could be taken: { $reason }.
embed_key_refused_made = This key is made already. If you have not seen its secret, revoke it and make another.
embed_key_refused_too_many = There are { $max } keys, which is as many as there can be. Revoke one that is not used.
