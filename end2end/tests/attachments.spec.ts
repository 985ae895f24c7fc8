// Files in messages: chosen, looked at, sent in their place, and seen by the other side.
import { deflateSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { Chat } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';

const NEWS_MS = 30_000;

test('F4 pictures and a file are looked at, described, moved and removed, and sent with one text', async ({ market }) => {
  const { guest, host, path } = await market.talk(['guest: Hello']);
  const theirs = Chat.onPage(await host.open(path));
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await choose(page, [picture('tap.png', 600, 300), picture('leak.png', 200, 300), text('rules.txt', 'No parties')]);
  const chosen = page.getByRole('list', { name: 'Files to be sent' });
  await expect(chosen.getByRole('listitem')).toHaveCount(3);
  await page.getByRole('button', { name: 'Move leak.png forward' }).click();
  await expect(chosen.getByRole('listitem').first()).toContainText('leak.png');
  await page.getByRole('textbox', { name: 'Description of tap.png' }).fill('The tap under the sink');
  await page.getByRole('button', { name: 'Remove leak.png' }).click();
  await expect(chosen.getByRole('listitem')).toHaveCount(2);
  await expectAccessible(page);
  await chat.write('It drips');
  await expect(chat.progress).toHaveText(/Sent|Delivered|Read/);
  await expect(chosen).toHaveCount(0);
  const shown = theirs.bubble('It drips');
  await expect(shown.getByRole('img', { name: 'The tap under the sink' })).toBeVisible({ timeout: NEWS_MS });
  // Its place is known before it has loaded.
  const box = await shown.getByRole('img').boundingBox();
  expect(Math.round((box?.width ?? 0) / (box?.height ?? 1))).toBe(2);
  const download = host.page.waitForEvent('download');
  await shown.getByRole('link', { name: /rules\.txt/ }).click();
  expect((await download).suggestedFilename()).toBe('rules.txt');
  await expectAccessible(host.page);
});

test('F4 files without words are a message, and the list says what they are', async ({ market }) => {
  const { guest, host, path } = await market.talk(['guest: Hello']);
  await host.open('/messages');
  const page = await guest.open(path);
  await choose(page, [picture('view.png', 300, 300)]);
  await Chat.onPage(page).send.click();
  await expect(Chat.onPage(page).progress).toHaveText(/Sent|Delivered|Read/);
  await expect(host.page.locator('.inbox')).toContainText('📷 view.png', { timeout: NEWS_MS });
  await guest.open(path);
  await expect(page.locator('.picture img')).toBeVisible();
  await expect(page.locator('.bubble').last()).toHaveText('');
});

test('F4 a picture that is pasted or dropped is chosen', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  const { name, mimeType, buffer } = picture('pasted.png', 40, 40);
  for (const [type, data] of [['paste', 'clipboardData'], ['drop', 'dataTransfer']]) {
    await Chat.onPage(page).field.evaluate(
      (field, [type, data, name, mimeType, bytes]) => {
        const transfer = new DataTransfer();
        const raw = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
        transfer.items.add(new File([raw], name, { type: mimeType }));
        const event = type === 'paste'
          ? new ClipboardEvent(type, { bubbles: true, cancelable: true, [data]: transfer })
          : new DragEvent(type, { bubbles: true, cancelable: true, [data]: transfer });
        field.dispatchEvent(event);
      },
      [type, data, name, mimeType, buffer.toString('base64')],
    );
  }
  await expect(page.getByRole('list', { name: 'Files to be sent' }).getByRole('img')).toHaveCount(0);
  await expect(page.locator('.chosen__picture')).toHaveCount(2);
  // Anywhere else in the window as well: its text says so while files are over it.
  const drag = (type: string): Promise<void> =>
    page.locator('.thread').evaluate((thread, type) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['rules'], 'rules.txt', { type: 'text/x-rules' }));
      thread.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }, type);
  await drag('dragover');
  await expect(page.getByText('Drop files to add them')).toBeVisible();
  await drag('drop');
  await expect(page.getByText('Drop files to add them')).toBeHidden();
  await expect(page.getByRole('list', { name: 'Files to be sent' }).getByRole('listitem')).toHaveCount(3);
});

test('F4 @store a file that was chosen without a network is sent when it is back, after a reload too', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/net::ERR_FAILED/);
  const { guest, host, path } = await market.talk(['guest: Hello']);
  const theirs = Chat.onPage(await host.open(path));
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  await page.route('**/api/files**', (route) => route.abort());
  await choose(page, [picture('late.png', 400, 200)]);
  await chat.write('Late but whole');
  await chat.write('And after it');
  await expect(chat.bubble('Late but whole').locator('img')).toBeVisible();
  await page.reload();
  await expect(chat.bubble('Late but whole')).toBeVisible();
  await page.unroute('**/api/files**');
  await expect(theirs.bubble('Late but whole').getByRole('img')).toBeVisible({ timeout: 2 * NEWS_MS });
  await expect(theirs.bubbles).toHaveText([/Hello/, /Late but whole/, /And after it/]);
});

test('F4 what is no picture goes as a file, and what is too large says so', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  await choose(page, [{ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') }]);
  await expect(page.locator('.chosen__size')).toHaveText('1 kB');
  await choose(page, [{ name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) }]);
  await expect(page.locator('.toast')).toContainText('empty.txt is empty.');
});

test('F4 the viewer turns by keyboard, zooms, and gives the focus back', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open(path);
  await choose(page, [picture('one.png', 300, 200), picture('two.png', 200, 300)]);
  await Chat.onPage(page).send.click();
  await expect(Chat.onPage(page).progress).toHaveText(/Sent|Delivered|Read/);
  await guest.open(path);
  const first = page.locator('a.picture').first();
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  await first.click();
  const viewer = page.getByRole('dialog', { name: 'Pictures' });
  await expect(viewer).toContainText('1 / 2');
  await page.keyboard.press('ArrowRight');
  await expect(viewer).toContainText('2 / 2');
  await expect(viewer.getByRole('img')).toHaveJSProperty('complete', true);
  await expectAccessible(page);
  await page.keyboard.press('+');
  await expect(page.locator('.viewer__stage--zoomed')).toHaveCount(1);
  await page.keyboard.press('Home');
  await expect(viewer).toContainText('1 / 2');
  await page.keyboard.press('Escape');
  await expect(viewer).toHaveCount(0);
  await expect(first).toBeFocused();
});

type Upload = { name: string; mimeType: string; buffer: Buffer };

async function choose(page: Page, files: Upload[]): Promise<void> {
  await expect(page.getByRole('button', { name: 'Add pictures or files' })).toBeVisible();
  await page.locator('.composer input[type=file]').setInputFiles(files);
}

function text(name: string, content: string): Upload {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(content) };
}

/** A PNG with a gradient. */
function picture(name: string, width: number, height: number): Upload {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows.set([(x * 255) / width, (y * 255) / height, 160], y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const chunks = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  const buffer = Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...chunks]);
  return { name, mimeType: 'image/png', buffer };
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
