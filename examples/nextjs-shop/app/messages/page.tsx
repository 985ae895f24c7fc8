import { redirect } from 'next/navigation';
import { viewer } from '@/lib/session';

export const metadata = { title: 'Messages' };

export default async function Messages() {
  if (!(await viewer())) redirect('/');
  return (
    <>
      <h1>Messages</h1>
      <stoa-inbox />
    </>
  );
}
