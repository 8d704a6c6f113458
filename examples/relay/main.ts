/**
 * The verification with Relay: operations compiled against the client package's schema, without React.
 * Start the gateway first; its sandbox answers, and keeps the SMS where this example reads it.
 *
 *   npm install && npm start
 */
import { nextStep } from 'iamport-identity-client';
import relay, {
  type FetchFunction,
  type GraphQLResponse,
  type GraphQLTaggedNode,
  type MutationParameters,
} from 'relay-runtime';
import ConfirmMutation, { type operationsConfirmMutation } from './__generated__/operationsConfirmMutation.graphql.ts';
import ReadQuery, { type operationsReadQuery } from './__generated__/operationsReadQuery.graphql.ts';
import RequestMutation, { type operationsRequestMutation } from './__generated__/operationsRequestMutation.graphql.ts';

const { commitMutation, Environment, fetchQuery, Network, RecordSource, Store } = relay;

const GATEWAY_URL = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000/graphql';
const SANDBOX_URL = process.env['SANDBOX_URL'] ?? 'http://127.0.0.1:4010';

const send: FetchFunction = async ({ text: query }, variables) => {
  const response = await fetch(GATEWAY_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphQLResponse;
};

// One environment for one verification: its store has a name and a birthday, so let it go with the screen.
const environment = new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });

function mutate<Mutation extends MutationParameters>(
  mutation: GraphQLTaggedNode,
  variables: Mutation['variables'],
): Promise<Mutation['response']> {
  return new Promise((resolve, reject) => {
    commitMutation<Mutation>(environment, {
      mutation,
      variables,
      onCompleted: (response) => resolve(response),
      onError: reject, // a fault: what an app plans for is data
    });
  });
}

async function confirm(impUid: string, otp: string): Promise<void> {
  const { confirmIdentityOtp: result } = await mutate<operationsConfirmMutation>(ConfirmMutation, { impUid, otp });
  console.log(
    result.code === undefined ? `  ${result.name}, born ${result.birthday}` : `  ${result.code}: ${result.message}`,
  );
  console.log(`  -> ${nextStep(result, 'confirm').step}`);
}

async function read(impUid: string): Promise<void> {
  // Failures are data too: from the store, "try again later" would be the answer for ever.
  const options = { fetchPolicy: 'network-only' } as const;
  const data = await fetchQuery<operationsReadQuery>(environment, ReadQuery, { impUid }, options).toPromise();
  const result = data!.certification;
  console.log(
    result.code === undefined
      ? `  at least 19 years old: ${result.isAtLeastAge}`
      : `  ${result.code}: ${result.message}`,
  );
  console.log(`  -> ${nextStep(result, 'read').step}`);
}

/** The code from the SMS, which the sandbox keeps instead of sending it. In an app, the person types it. */
async function readSms(impUid: string): Promise<string> {
  const response = await fetch(`${SANDBOX_URL}/sandbox/inbox`);
  const inbox = (await response.json()) as { impUid: string; code: string }[];
  return inbox.find((sms) => sms.impUid === impUid)?.code ?? '';
}

console.log('Asking for a code');
const { requestIdentityOtp: sent } = await mutate<operationsRequestMutation>(RequestMutation, {
  input: { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' },
});
if (sent.impUid === undefined) throw new Error(sent.message);

const code = await readSms(sent.impUid);
console.log('Confirming a wrong code');
await confirm(sent.impUid, code === '000000' ? '111111' : '000000');
console.log('Confirming the code');
await confirm(sent.impUid, code);
console.log('Reading the certification');
await read(sent.impUid);
