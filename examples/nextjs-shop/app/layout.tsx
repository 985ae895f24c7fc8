import type { Metadata } from 'next';
import { headers } from 'next/headers';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { signIn } from '@/lib/actions';
import { viewer } from '@/lib/session';
import { STOA_URL } from '@/lib/settings';
import { users } from '@/lib/shop';
import { SignOut } from './sign-out';
import './shop.css';

// Each page says who is signed in, so none is made ahead.
export const dynamic = 'force-dynamic';

export const metadata: Metadata = { title: { template: '%s · Next.js shop', default: 'Next.js shop' } };

export default async function Layout({ children }: { children: ReactNode }) {
  const user = await viewer();
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang="en">
      <body>
        {user && <script src={`${STOA_URL}/embed.js`} data-identity="/chat-identity" nonce={nonce} async />}
        <header>
          <Link href="/">Next.js shop</Link>
          {user ? (
            <>
              <Link href="/orders">Orders</Link>
              <Link href="/messages">
                Messages <stoa-unread-badge />
              </Link>
              <span>{user.name}</span>
              <SignOut />
            </>
          ) : (
            <form action={signIn}>
              {users().map(({ id, name }) => (
                <button key={id} name="user" value={id}>
                  Sign in as {name}
                </button>
              ))}
            </form>
          )}
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
