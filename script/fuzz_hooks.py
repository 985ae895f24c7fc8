"""Teaches Schemathesis the media type of a file's bytes (tus 1.0.0), which it does not know."""

import schemathesis


@schemathesis.serializer("application/offset+octet-stream")
def octets(ctx, value):
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")}
