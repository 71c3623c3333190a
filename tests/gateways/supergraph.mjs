// Composes a hub with a ministry's subgraph, queries both through gateways, and prints the results.
// Its argument: {hub, authorization, questions: [{query, authorized}], change, entities}.
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import protobuf from '@apollo/usage-reporting-protobuf';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { parse } from 'graphql';
import { composed } from './composers.mjs';
import * as ministry from './ministry.mjs';

const { hub, authorization, questions, change, entities } = JSON.parse(process.argv[2]);
const JSON_BODY = { 'content-type': 'application/json' };

const asked = (fetch, url, body, headers = {}) =>
  fetch(url, { method: 'POST', headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(body) });

async function apollo(supergraphSdl) {
  const buildService = ({ url }) =>
    new RemoteGraphQLDataSource({
      url,
      willSendRequest({ request, context }) {
        if (context.authorization) request.http.headers.set('authorization', context.authorization);
      },
    });
  const gateway = new ApolloGateway({ supergraphSdl, buildService });
  const server = new ApolloServer({ gateway, includeStacktraceInErrorResponses: false });
  await server.start();
  const answers = [];
  for (const { authorized, ...question } of questions) {
    const contextValue = authorized ? { authorization } : {};
    const { body } = await server.executeOperation(question, { contextValue });
    answers.push(body.singleResult);
  }
  await server.stop();
  return answers;
}

async function hive(supergraph) {
  const gateway = createGatewayRuntime({
    supergraph,
    logging: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => ({
        authorization: request.headers.get('authorization') ?? undefined,
      }),
    },
  });
  const ask = (body, headers) => asked(gateway.fetch, 'http://gateway/graphql', body, headers);
  const answers = [];
  for (const { authorized, ...question } of questions) {
    answers.push(await (await ask(question, authorized ? { authorization } : {})).json());
  }
  const event = await eventOfChange(ask);
  await gateway[Symbol.asyncDispose]();
  return { answers, event };
}

/** The event that a change through the gateway brings to a subscription through it. */
async function eventOfChange(ask) {
  const { data } = await (await ask({ query: '{ instance { cursor } }' })).json();
  const query = `subscription ($after: Cursor) { events(after: $after) { eventKind region { name } } }`;
  const body = { query, variables: { after: data.instance.cursor } };
  const stream = await ask(body, { accept: 'text/event-stream' });
  await ask({ query: change }, { authorization });
  let text = '';
  for await (const bytes of stream.body) {
    text += Buffer.from(bytes).toString();
    const found = /^data: (\{.*\})$/m.exec(text);
    if (found) return JSON.parse(found[1]);
  }
  return text;
}

/** What an answer says under `ftv1`, read by Apollo's own reader. */
async function trace(query) {
  const headers = { 'apollo-federation-include-trace': 'ftv1' };
  const { extensions } = await (await asked(fetch, hub, { query }, headers)).json();
  const read = protobuf.Trace.decode(Buffer.from(extensions.ftv1, 'base64'));
  return protobuf.Trace.toObject(read, { longs: Number, enums: String });
}

const { data } = await (await asked(fetch, hub, { query: '{ _service { sdl } }' })).json();
const { url, stop } = await ministry.serve();
const subgraphs = (sdl) => [
  { name: 'simpul', url: hub, typeDefs: parse(sdl) },
  { name: 'ministry', url, typeDefs: ministry.typeDefs },
];
const { supergraph, ...outcomes } = composed(subgraphs(data._service.sdl), 'Region');
const keyless = data._service.sdl.replace('Node @key(fields: "code")', 'Node');
const { supergraph: _, ...refusals } = composed(subgraphs(keyless), 'Region');
const { event, answers } = await hive(supergraph);
console.log(
  JSON.stringify({
    outcomes,
    refusals,
    answers: { apollo: await apollo(supergraph), hive: answers },
    event,
    trace: await trace(entities),
  }),
);
await stop();
