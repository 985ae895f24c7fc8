// The npm package oidc-provider as an identity provider: anybody signs in with any password, and a name such as
// "noor:desk:heads" has the groups after it. Arguments: its port, and the URL of the site.
import { Provider } from 'oidc-provider';

const [port, site] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'stoa',
      client_secret: 'between us & nobody else',
      redirect_uris: [`${site}/sign-in/with/acme/callback`],
      backchannel_logout_uri: `${site}/oidc/acme/logout`,
      backchannel_logout_session_required: true,
    },
  ],
  cookies: { keys: ['for tests alone'] },
  pkce: { required: () => true },
  scopes: ['openid', 'profile', 'email'],
  claims: { openid: ['sub', 'sid'], profile: ['name', 'groups'], email: ['email', 'email_verified'] },
  features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
  // Without its guard against addresses of this machine, where the site is.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => {
      const [name, ...groups] = id.split(':');
      return { sub: name, name, groups, email: `${name}@people.example`, email_verified: true };
    },
  }),
});
provider.on('backchannel.success', (_, client, account) => console.log(`logout of ${account} told to ${client.clientId}`));
provider.on('backchannel.error', (_, error) => console.error('a logout could not be told', error));
provider.on('server_error', (_, error) => console.error(error));
provider.listen(Number(port), () => console.log('ready'));
