// The XSS corpus in place: a marketplace in which every text that people can write is one that would run as HTML.
import { PASSWORD, session, uuidV7, type Marketplace } from './marketplace';
import { PAYLOADS, inATextBlock, onOneLine } from './payloads';
import type { Server } from './server';

export const NAMES = lines(60);
export const TITLES = lines(80).filter((title) => [...title].length >= 3);
export const BODIES = PAYLOADS.flatMap((text) => inATextBlock(text) ?? []);
export const TITLE = '</title></textarea>"\'><img src=x:x onerror=__stoaXss(998)>{{__stoaXss(999)}}';

/** A first name of its own. */
export const SHORT_NAME = '<svg/onload=__stoaXss(997)>';

/** What stands where; made once for each server. */
export type Filled = {
  guest: string;
  host: string;
  staff: string;
  listings: { path: string; texts: string[] }[];
  talks: { id: string; path: string; texts: string[] }[];
  previews: string[];
  ofTheTeam: string;
  room: string;
  people: string[];
  orders: string[];
  code: string;
  note: string;
  told: string[];
  tokens: string[];
  broadcasts: string[];
  suspended: string;
};

const made = new Map<unknown, Promise<Filled>>();

export function filled(market: Marketplace): Promise<Filled> {
  const place = made.get(market.server) ?? fill(market);
  made.set(market.server, place);
  return place;
}

async function fill(market: Marketplace): Promise<Filled> {
  const { server } = market;
  const host = await Writer.signUp(server, NAMES[0]);
  const guest = await Writer.signUp(server, NAMES[1]);
  const aino = await market.demo('aino');
  const staff = new Writer(server, aino.token);

  const offers = await atOnce(TITLES, (title, at) => host.offer(title, TITLE, at));
  // Descriptions are longer than any other text.
  const listings = pieces(BODIES, 80).map((texts, at) => ({ path: `/listings/${offers[at]}`, texts }));
  await atOnce(listings, ({ texts }, at) => host.offer(TITLES[at], texts.join('\n\n'), at, offers[at]));

  const talks = await atOnce(pieces(BODIES, 45), async (texts, at) => {
    const { id } = await guest.post('get_or_create_conversation', { listing_id: offers[at] });
    for (const text of texts) await host.say(id, text);
    return { id, path: `/messages/${id}`, texts };
  });
  // Whoever has not answered can't be invited.
  await guest.say(talks[0].id, 'I have read it');
  const ofTheTeam = onOneLine(TITLE, 300)!;
  await staff.api('/api/messages/system', { id: uuidV7(), conversation_id: talks[0].id, text: ofTheTeam });
  const previews = talks.slice(1).map(({ texts }) => texts.at(-1)!.slice(0, 140));

  const room = uuidV7();
  await host.post('create_room', { conversation_id: room, name: NAMES[2], 'people[0]': await guest.me() });
  await guest.post('accept_invitation', { conversation_id: room, message_id: uuidV7() });
  await host.post('create_room', { conversation_id: uuidV7(), name: NAMES[4], 'people[0]': await guest.me() });
  const link = await host.post('set_room_link', { conversation_id: room, is_open: 'true' });
  const people = NAMES.filter((_, at) => at % 9 === 3);
  const members = await atOnce(people, async (name) => {
    const member = await Writer.signUp(server, name);
    await member.post('join_room', { link: link.split('/').at(-1), message_id: uuidV7() });
    return member;
  });
  // One after the other: a page of the room shows the last ones.
  for (const [at, name] of people.entries()) await members[at].say(room, `I am ${name}`);
  await guest.say(room, TITLE);

  const note = BODIES.slice(0, 20).join('\n');
  // As many as one person may have open.
  const orders = TITLES.filter((_, at) => at % 33 === 4).slice(0, 10);
  const codes = await atOnce(orders, async (title) => (await guest.api('/api/orders', { id: uuidV7(), title, note })).card.code);
  const me = await guest.me();
  // As many as may be made in an hour, each with the password. Before what is told: each token is told of too.
  const tokens = NAMES.filter((_, at) => at % 15 === 6).slice(0, 10);
  const byPassword = { token_password: PASSWORD, 'scopes[read]': 'true' };
  await atOnce(tokens, (name) => guest.post('create_token', { token_id: uuidV7(), token_name: name, ...byPassword }));
  const told = TITLES.filter((_, at) => at % 14 === 5);
  await atOnce(told, (title) =>
    staff.api('/api/notifications', { id: uuidV7(), user_id: me, kind: 'system', title, text: ofTheTeam }),
  );
  const broadcasts = TITLES.filter((_, at) => at % 60 === 7);
  await atOnce(broadcasts, (title) =>
    staff.post('send_broadcast', { broadcast_id: uuidV7(), kind: 'promotion', audience: 'hosts', title, text: ofTheTeam, link: '/' }),
  );
  await staff.post('read_conversation', { conversation_id: talks[0].id });
  const [suspended] = people;
  await staff.post('suspend_user', { user_id: await members[0].me() });
  return {
    ...{ guest: guest.token, host: host.token, staff: aino.token, listings, talks, previews, ofTheTeam, room, people },
    ...{ orders, code: codes.at(-1)!, note, told, tokens, broadcasts, suspended },
  };
}

/** Somebody without a browser, who only writes. */
export class Writer {
  constructor(
    private readonly server: Server,
    readonly token: string,
  ) {}

  static async signUp(server: Server, name: string): Promise<Writer> {
    const email = `${uuidV7()}@people.example`;
    return new Writer(server, await session(server, '/rpc/sign_up', { name, email, password: PASSWORD }));
  }

  async offer(title: string, description: string, at: number, id?: string): Promise<string> {
    const kind = ['stay', 'item', 'service', 'tour'][at % 4];
    const draft = { kind, title, description, place: TITLE, price: '95' };
    const fields = Object.entries(draft).map(([name, value]) => [`draft[${name}]`, value]);
    const command = id ? 'update_listing' : 'create_listing';
    return this.post(command, { listing_id: id ?? uuidV7(), ...Object.fromEntries(fields) });
  }

  say(conversation: string, body: string): Promise<any> {
    return this.post('send_message', { message_id: uuidV7(), conversation_id: conversation, body });
  }

  async me(): Promise<string> {
    return (await this.ask('GET', '/api/users/me')).id;
  }

  post(name: string, form: Record<string, string>): Promise<any> {
    return this.ask('POST', `/rpc/${name}`, new URLSearchParams(form));
  }

  api(path: string, data: object): Promise<any> {
    return this.ask('POST', path, JSON.stringify(data), { 'content-type': 'application/json' });
  }

  async ask(method: string, path: string, body?: BodyInit, more: Record<string, string> = {}): Promise<any> {
    const headers = { ...more, origin: this.server.url, cookie: `stoa_session=${this.token}` };
    const answer = await fetch(`${this.server.url}${path}`, { method, headers, body });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

export async function atOnce<T, R>(items: T[], act: (item: T, at: number) => Promise<R>): Promise<R[]> {
  return Promise.all(items.map(act));
}

export function pieces<T>(items: T[], size: number): T[][] {
  return items.length ? [items.slice(0, size), ...pieces(items.slice(size), size)] : [];
}

function lines(most: number): string[] {
  return PAYLOADS.flatMap((text) => onOneLine(text, most) ?? []);
}
