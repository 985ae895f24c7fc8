"""Teaches Schemathesis the media types that it does not know: of a file's bytes (tus 1.0.0), and of JSON by lines."""

import schemathesis


@schemathesis.serializer("application/offset+octet-stream", "application/x-ndjson")
def octets(ctx, value):
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")}
