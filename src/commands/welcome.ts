import type { Sandbox, SandboxSms } from '../sandbox/sandbox.ts';

interface Start {
  readonly isSandboxForced: boolean;
  readonly hasDemo: boolean;
  /** Whether it answers calls without a token or the router's secret, which the demo and the command lack. */
  readonly isOpen: boolean;
}

/** What a first start prints: where the demo, the gateway and its sandbox are, and a command to paste. */
export function welcome(url: string, sandbox: Sandbox, { isSandboxForced, hasDemo, isOpen }: Start): string {
  const reason = isSandboxForced ? 'With --sandbox' : 'No credentials are set, so';
  const demo = `  Open ${new URL('demo', url).href} in a browser: a form, a phone, and each step as GraphQL.\n\n`;
  return `
${hasDemo && isOpen ? demo : ''}  iamport-identity-gateway   ${url}

  ${reason} the embedded sandbox answers: nobody is verified, nothing is sent.
  It listens on ${sandbox.url}; the messages it "sends" are at ${sandbox.url}/sandbox/inbox.

  ${isOpen ? firstConfirm(url) : 'Callers must say who they are, by the settings of this start: docs/guides/sign-up.md has a token to try.'}

`;
}

function firstConfirm(url: string): string {
  const query =
    'mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename ... on Certification { name birthday certifiedAt } ... on IdentityError { code message } } }';
  const body = JSON.stringify({ query, variables: { impUid: 'imp_900200000001', otp: '123456' } });
  return `Try imp_900200000001 with the code 123456; take any other six last digits for a fresh one:

  curl -s ${url} -H 'content-type: application/json' -d '${body}'`;
}

export function printSms({ impUid, phone, code }: SandboxSms): void {
  process.stdout.write(`  SMS to ${phone}: the code for ${impUid} is ${code}\n`);
}
