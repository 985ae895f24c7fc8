import { notFound, redirect } from 'next/navigation';
import { move } from '@/lib/actions';
import { viewer } from '@/lib/session';
import { heardOf, orderOf, steps } from '@/lib/shop';

const LABELS: Record<string, string> = { accepted: 'Accept', declined: 'Decline', completed: 'Complete', cancelled: 'Cancel' };

export default async function OrderPage({ params }: { params: Promise<{ id: string }> }) {
  const user = (await viewer()) ?? redirect('/');
  const order = orderOf(user, (await params).id) ?? notFound();
  return (
    <>
      <h1>Order of {order.title}</h1>
      <p>
        Status: <strong>{order.status}</strong>
      </p>
      <form action={move}>
        <input type="hidden" name="order" value={order.id} />
        {steps(user, order).map((status) => (
          <button key={status} name="status" value={status}>
            {LABELS[status]}
          </button>
        ))}
      </form>
      <stoa-chat order={order.id} />
      <h2>What the chat has told the shop</h2>
      <ul>
        {heardOf(order).map(({ id, type, at }) => (
          <li key={id}>
            {type} <time>{at}</time>
          </li>
        ))}
      </ul>
    </>
  );
}
