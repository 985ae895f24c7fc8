'use server';
// What the forms do. Next calls these from anywhere: each asks itself who is there.
import { notFound, redirect } from 'next/navigation';
import * as session from './session';
import * as shop from './shop';

export async function signIn(form: FormData) {
  const user = shop.user(`${form.get('user')}`) ?? notFound();
  // A real one asks for a password.
  await session.begin(user);
  redirect('/');
}

export async function signOut() {
  await session.end();
  redirect('/');
}

export async function order(form: FormData) {
  const [user, item] = [await session.viewer(), shop.item(`${form.get('item')}`)];
  if (!user || !item || item.host === user.id) notFound();
  redirect(`/orders/${await shop.order(item, user)}`);
}

export async function move(form: FormData) {
  const user = (await session.viewer()) ?? notFound();
  const order = shop.orderOf(user, `${form.get('order')}`) ?? notFound();
  await shop.move(user, order, `${form.get('status')}`);
  redirect(`/orders/${order.id}`);
}
