// The three composers: the supergraph that each composes from the same subgraphs.
import { composeServices as apollo } from '@apollo/composition';
import { composeServices as guild } from '@theguild/federation-composition';
import { federateSubgraphs, LATEST_ROUTER_COMPATIBILITY_VERSION } from '@wundergraph/composition';
import { parse } from 'graphql';

/** The supergraph as Apollo writes it, and what each composer says of the type `name`. */
export function composed(subgraphs, name) {
  const [ofApollo, ofGuild] = [apollo(subgraphs), guild(subgraphs)];
  const ofWundergraph = federateSubgraphs({
    subgraphs: subgraphs.map(({ typeDefs, ...rest }) => ({ ...rest, definitions: typeDefs })),
    version: LATEST_ROUTER_COMPATIBILITY_VERSION,
  });
  const outcome = ({ errors, supergraphSdl, federatedGraphAST }) =>
    errors?.length
      ? { errors: errors.map(({ message }) => message) }
      : { fields: fields(federatedGraphAST ?? parse(supergraphSdl), name) };
  return {
    supergraph: ofApollo.supergraphSdl,
    apollo: outcome(ofApollo),
    guild: outcome(ofGuild),
    wundergraph: outcome(ofWundergraph),
  };
}

function fields(document, name) {
  const type = document.definitions.find((each) => each.name?.value === name);
  return type.fields.map((each) => each.name.value).sort();
}
