import Link from 'next/link';
import { items } from '@/lib/shop';

export const metadata = { title: 'What we have' };

export default function Home() {
  return (
    <>
      <h1>What we have</h1>
      <ul>
        {items().map(({ id, title }) => (
          <li key={id}>
            <Link href={`/items/${id}`}>{title}</Link>
          </li>
        ))}
      </ul>
    </>
  );
}
