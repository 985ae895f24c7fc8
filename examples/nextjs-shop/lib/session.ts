// Who is signed in: a random cookie, and a row that it names.
import { randomBytes } from 'node:crypto';
import { cookies } from 'next/headers';
import { get, run } from './database';
import type { User } from './shop';

const COOKIE = 'shop';

export async function viewer(): Promise<User | undefined> {
  const id = (await cookies()).get(COOKIE)?.value;
  return id ? get<User>('SELECT users.* FROM sessions JOIN users ON users.id = user WHERE sessions.id = ?', id) : undefined;
}

export async function begin(user: User): Promise<void> {
  const id = randomBytes(24).toString('base64url');
  run('INSERT INTO sessions VALUES (?, ?)', id, user.id);
  (await cookies()).set(COOKIE, id, { httpOnly: true, sameSite: 'lax', path: '/' });
}

export async function end(): Promise<void> {
  const jar = await cookies();
  run('DELETE FROM sessions WHERE id = ?', jar.get(COOKIE)?.value ?? '');
  jar.delete(COOKIE);
}
