// The content security policy: the chat may be in scripts, frames and requests, and nothing else of others. Next puts the nonce
// on its own scripts; `strict-dynamic` counts nonces alone, so the layout puts it on the chat's.
import { NextResponse, type NextRequest } from 'next/server';
import { STOA_URL } from '@/lib/settings';

export function proxy(request: NextRequest) {
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `frame-src ${STOA_URL}`,
    `connect-src 'self' ${STOA_URL}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  headers.set('x-nonce', nonce);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

export const config = { matcher: '/((?!_next/static|webhooks).*)' };
