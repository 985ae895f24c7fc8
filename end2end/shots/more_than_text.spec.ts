// Pictures of files, replies, reactions, search, the archive, blocks and reports.
import type { Page } from '@playwright/test';
import { conversation, inEveryLook, openMenu } from './looks';
import { Chat, row } from '../chat';

const menu = (page: Page) => page.locator('main .chat__head').getByRole('button', { name: /^More/ });

inEveryLook('files, replies and reactions', async ({ market, look, take }) => {
  const { guest, host, page, chat } = await conversation(market, look);
  // A photo with some colours in it: the page of all listings.
  await host.open('/');
  const photo = await host.page.screenshot();
  const choose = (files: { name: string; mimeType: string; buffer: Buffer }[]) =>
    page.locator('input[type=file]').first().setInputFiles(files);
  const named = (name: string) => ({ name, mimeType: 'image/png', buffer: photo });
  await choose([named('deck.png'), named('stairs.png'), { name: 'rules.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n') }]);
  await page.getByRole('list', { name: 'Files to be sent' }).getByRole('listitem').nth(2).waitFor();
  await chat.field.fill('This is how we found it');
  await take(page, 'files-chosen');
  await chat.send.click();
  await chat.bubble('This is how we found it').getByRole('link', { name: /rules\.pdf/ }).waitFor();
  await choose([named('whole.png')]);
  await chat.send.click();
  await chat.log.locator('.picture img').nth(2).waitFor();
  const theirs = Chat.onPage(await host.open(new URL(page.url()).pathname));
  await theirs.bubble('See you on Friday.').hover();
  await theirs.bubble('See you on Friday.').getByRole('button', { name: 'More' }).click();
  await host.page.getByRole('menuitemcheckbox', { name: 'React with ❤️' }).click();
  await theirs.bubble('This is how we found it').hover();
  await theirs.bubble('This is how we found it').getByRole('button', { name: 'More' }).click();
  await host.page.getByRole('menuitem', { name: 'Reply' }).click();
  await theirs.write('So does everybody. We sweep before you come.');
  await chat.bubble('So does everybody. We sweep before you come.').waitFor();
  await take(page, 'thread-files');
  const last = chat.bubble('So does everybody. We sweep before you come.');
  await openMenu(page, last, last.getByRole('button', { name: /^More/ }));
  await page.getByRole('menuitem', { name: 'Reply' }).click();
  await take(page, 'thread-replying');
  await chat.field.press('Escape');
  await chat.log.locator('.picture').last().click();
  await page.getByRole('dialog').locator('img').first().waitFor();
  await take(page, 'viewer');
  await guest.open('/messages');
});

inEveryLook('search', async ({ market, look, take }) => {
  const noor = await market.demo('noor', look);
  const { page } = noor;
  await noor.open('/messages');
  await page.locator('dialog.palette').waitFor({ state: 'attached' });
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill('boat');
  await page.getByRole('region', { name: 'Messages', exact: true }).locator('.hit').first().waitFor();
  await take(page, 'search-inbox');
  await noor.open('/search?q=boat');
  await page.locator('main .hit').first().waitFor();
  await take(page, 'search');
  await noor.open('/search?q=nowhereatall');
  await page.getByText('No message has all of that').waitFor();
  await take(page, 'search-nothing');
});

inEveryLook('archive, blocks and reports', async ({ market, look, take }) => {
  const { guest, host, page, chat } = await conversation(market, look);
  const path = new URL(page.url()).pathname;
  await menu(page).click();
  await page.getByRole('menuitem', { name: 'Block Hanno' }).waitFor();
  await take(page, 'conversation-menu');
  await page.getByRole('menuitem', { name: 'Report this conversation' }).click();
  await page.getByRole('radio', { name: /Fraud/ }).waitFor();
  await take(page, 'report');
  await page.getByRole('radio', { name: /Fraud/ }).check();
  await page.getByRole('textbox', { name: 'In your words' }).fill('They ask for the money on another site.');
  await page.getByRole('button', { name: 'Send the report' }).click();
  await page.getByText('Thank you').waitFor();
  await take(page, 'report-sent');
  const aino = await market.demo('aino', look);
  await aino.open('/operator/reports');
  const card = aino.page.locator('.case', { hasText: 'They ask for the money' }).first();
  await card.getByRole('button', { name: 'Claim' }).click();
  await card.getByRole('button', { name: 'Decide' }).waitFor();
  await take(aino.page, 'operator-reports');
  await guest.open(path);
  await chat.bubbles.last().waitFor();
  await menu(page).click();
  await page.getByRole('menuitem', { name: 'Block Hanno' }).click();
  const question = page.getByRole('dialog', { name: 'Block Hanno?' });
  await question.waitFor();
  await take(page, 'block');
  await question.getByRole('button', { name: 'Block', exact: true }).click();
  await page.locator('main .chat__closed').waitFor();
  await take(page, 'thread-blocked');
  await guest.open('/settings#blocked');
  await page.getByRole('button', { name: `Unblock ${host.name}` }).waitFor();
  await take(page, 'settings-blocked');
  await guest.open('/messages');
  await page.locator('dialog.palette').waitFor({ state: 'attached' });
  await row(page, host.name).focus();
  await page.keyboard.press('a');
  await guest.open('/archive');
  await page.locator('.archive__row').waitFor();
  await take(page, 'archive');
});
