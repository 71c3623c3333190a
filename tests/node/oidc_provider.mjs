// An identity provider (OpenID Connect) for tests, with a form that takes any login without a password.
// Prints its address when it listens. Its argument is {clientId, clientSecret, redirectUri}.
//
// POST /control {accounts, offsetSeconds, inIdToken, rotate} sets the claims of each login, moves the
// clock of the provider, puts claims into the id token or only at userinfo, and replaces the keys.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import Provider from 'oidc-provider';

const { clientId, clientSecret, redirectUri } = JSON.parse(process.argv[2]);
const systemNow = Date.now.bind(Date);
const state = { accounts: {}, offsetSeconds: 0, inIdToken: true };
Date.now = () => systemNow() + state.offsetSeconds * 1000;

const newKey = () => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  kid: randomUUID(),
  use: 'sig',
});

const createProvider = (issuer) =>
  new Provider(issuer, {
    clients: [
      { client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] },
      {
        client_id: 'program',
        client_secret: clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [newKey()] },
    cookies: { keys: [randomUUID()] },
    conformIdTokenClaims: !state.inIdToken,
    claims: { openid: ['sub'], profile: ['name', 'role', 'regions', 'opds', 'realm_access'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...state.accounts[id] }),
    }),
    extraTokenClaims: (_context, token) => state.accounts[token.clientId],
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        accountId: oidc.session.accountId,
        clientId: oidc.client.clientId,
      });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: '',
          audience: resource.replace('urn:', ''),
          accessTokenFormat: 'jwt',
          accessTokenTTL: 3600,
        }),
      },
    },
    ttl: { AuthorizationCode: 7200, IdToken: 3600, Interaction: 3600, Session: 3600, Grant: 3600 },
  });

let provider;
const server = createServer(async (request, response) => {
  if (request.url === '/control') {
    const { rotate = false, ...changes } = await json(request);
    const isNew = rotate || 'inIdToken' in changes;
    Object.assign(state, changes);
    if (isNew) provider = createProvider(provider.issuer);
    response.end('{}');
    return;
  }
  provider.callback()(request, response);
});
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = createProvider(issuer);
  console.log(issuer);
});
