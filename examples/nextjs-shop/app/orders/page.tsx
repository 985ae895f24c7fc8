import Link from 'next/link';
import { redirect } from 'next/navigation';
import { viewer } from '@/lib/session';
import { ordersOf } from '@/lib/shop';

export const metadata = { title: 'Orders' };

export default async function Orders() {
  const user = (await viewer()) ?? redirect('/');
  return (
    <>
      <h1>Orders</h1>
      <ul>
        {ordersOf(user).map(({ id, title, status }) => (
          <li key={id}>
            <Link href={`/orders/${id}`}>{title}</Link>: {status}
          </li>
        ))}
      </ul>
    </>
  );
}
