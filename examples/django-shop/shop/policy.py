"""The content security policy: the chat may be in scripts, frames and requests, and nothing else of others."""

from django.conf import settings

CHAT = settings.STOA_URL
POLICY = (
    f"default-src 'none'; script-src 'self' {CHAT}; frame-src {CHAT}; connect-src 'self' {CHAT}; style-src 'self'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def content_security_policy(get_response):
    def answer(request):
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return answer
