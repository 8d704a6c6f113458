import type { Sandbox, SandboxSms } from '../sandbox/sandbox.ts';

/** What a first start prints: where the demo, the gateway and its sandbox are, and a command to paste. */
export function welcome(
  url: string,
  sandbox: Sandbox,
  { isSandboxForced, hasDemo }: { readonly isSandboxForced: boolean; readonly hasDemo: boolean },
): string {
  const query =
    'mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename ... on Certification { name birthday certifiedAt } ... on IdentityError { code message } } }';
  const body = JSON.stringify({ query, variables: { impUid: 'imp_900200000001', otp: '123456' } });
  const reason = isSandboxForced ? 'With --sandbox' : 'No credentials are set, so';
  const demo = hasDemo
    ? `  Open ${new URL('demo', url).href} in a browser: a form, a phone, and each step as GraphQL.\n\n`
    : '';
  return `
${demo}  iamport-identity-gateway   ${url}

  ${reason} the embedded sandbox answers: nobody is verified, nothing is sent.
  It listens on ${sandbox.url}; the messages it "sends" are at ${sandbox.url}/sandbox/inbox.

  Try imp_900200000001 with the code 123456; take any other six last digits for a fresh one:

  curl -s ${url} -H 'content-type: application/json' -d '${body}'

`;
}

export function printSms({ impUid, phone, code }: SandboxSms): void {
  process.stdout.write(`  SMS to ${phone}: the code for ${impUid} is ${code}\n`);
}
