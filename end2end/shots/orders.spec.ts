// Pictures of orders: lists, one order with its actions, and one beside its conversation.
import { inEveryLook } from './looks';
import { Chat } from '../chat';

inEveryLook('orders', async ({ market, look, take }) => {
  const noor = await market.demo('noor', look);
  const { page } = noor;
  await noor.open('/orders');
  await take(page, 'orders');
  await noor.open('/orders/new');
  await take(page, 'order-new');
  await noor.open('/hosting');
  await take(page, 'hosting-orders');
  await noor.open('/orders?show=ended');
  await take(page, 'orders-ended');
  await page.locator('.order h2 a').first().click();
  await page.getByRole('region', { name: 'What happened' }).waitFor();
  await take(page, 'order-over');
  await noor.open('/orders');
  await page.getByRole('link', { name: 'A table for the garden' }).click();
  await page.getByRole('heading', { level: 1, name: 'A table for the garden' }).waitFor();
  await page.getByRole('region', { name: 'What happened' }).waitFor();
  await take(page, 'order');
  await page.locator('.order__chat').click();
  await Chat.inDialog(page).bubbles.first().waitFor();
  await take(page, 'order-chat');
});

inEveryLook('an order that is asked for', async ({ market, look, take }) => {
  const host = await market.signUp('Hanno Host', look);
  const guest = await market.signUp('Gesa Guest');
  const order = await market.order(guest, await market.offer(host));
  await guest.say(order.conversation, 'We come by train, and are there at four.');
  const page = await host.open(order.path);
  await Chat.onPage(page).bubbles.last().waitFor();
  await take(page, 'thread-order');
  await host.open(`/orders/${order.code}`);
  await page.getByRole('region', { name: 'What happened' }).waitFor();
  await take(page, 'order-request');
  await page.locator('.order').first().getByRole('button', { name: 'Decline' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Decline/ }).waitFor();
  await take(page, 'order-confirm');
});

inEveryLook('a listing to book', async ({ market, look, take }) => {
  const sam = await market.demo('sam', look);
  await sam.open('/');
  await sam.page.getByRole('link', { name: 'Boathouse on the lake' }).first().click();
  await sam.page.getByRole('heading', { level: 1 }).waitFor();
  await take(sam.page, 'listing-book');
});
