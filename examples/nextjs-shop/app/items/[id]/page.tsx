import { notFound } from 'next/navigation';
import { order } from '@/lib/actions';
import { viewer } from '@/lib/session';
import { item as find } from '@/lib/shop';

export default async function ItemPage({ params }: { params: Promise<{ id: string }> }) {
  const item = find((await params).id) ?? notFound();
  const user = await viewer();
  return (
    <>
      <h1>{item.title}</h1>
      <p>€{(item.price_minor / 100).toFixed(2)}</p>
      {user ? <stoa-contact-button listing={item.id}>Ask about it</stoa-contact-button> : <p>Sign in to ask about it.</p>}
      {user && user.id !== item.host && (
        <form action={order}>
          <button name="item" value={item.id}>
            Order it
          </button>
        </form>
      )}
    </>
  );
}
