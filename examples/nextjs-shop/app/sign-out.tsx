'use client';
import { signOut } from '@/lib/actions';

/** Signing out of the shop ends the chat too, before the page goes. */
export function SignOut() {
  const end = async () => {
    await window.Stoa?.signOut();
    await signOut();
  };
  return (
    <form action={end}>
      <button>Sign out</button>
    </form>
  );
}
