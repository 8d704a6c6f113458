/** What all peers share: the schema, the upstream's record in the schema's words, and the token of the upstream. */

export const typeDefs = /* GraphQL */ `
  scalar DateTime
  scalar LocalDate

  type Query {
    isUp: Boolean
  }

  type Mutation {
    confirmIdentityOtp(impUid: ID!, otp: String!): ConfirmIdentityOtpResult!
  }

  union ConfirmIdentityOtpResult = Certification | UpstreamError

  interface IdentityError {
    code: String!
    message: String!
    retryable: Boolean!
  }

  type UpstreamError implements IdentityError {
    code: String!
    message: String!
    retryable: Boolean!
  }

  type Certification {
    impUid: ID!
    merchantUid: String
    pgTid: String
    pgProvider: String!
    name: String
    gender: Gender
    birth: Int
    birthday: LocalDate
    foreigner: Boolean!
    foreignerV2: Boolean
    phone: String
    carrier: Carrier
    certified: Boolean
    certifiedAt: DateTime
    uniqueKey: String
    uniqueInSite: String
    origin: String
  }

  enum Gender {
    MALE
    FEMALE
  }

  enum Carrier {
    SKT
    KT
    LGT
    SKT_MVNO
    KT_MVNO
    LGT_MVNO
  }
`;

export interface ConfirmArguments {
  readonly impUid: string;
  readonly otp: string;
}

interface UpstreamRecord {
  readonly imp_uid: string;
  readonly merchant_uid: string | null;
  readonly pg_tid: string | null;
  readonly pg_provider: string;
  readonly name: string | null;
  readonly gender: 'male' | 'female' | null;
  readonly birth: number;
  readonly birthday: string | null;
  readonly foreigner: boolean;
  readonly foreigner_v2: boolean | null;
  readonly phone: string | null;
  readonly carrier: string | null;
  readonly certified: boolean;
  readonly certified_at: number;
  readonly unique_key: string | null;
  readonly unique_in_site: string | null;
  readonly origin: string | null;
}

export interface Envelope<Response = UpstreamRecord> {
  readonly code: number;
  readonly message: string | null;
  readonly response: Response | null;
}

export function confirmPath(impUid: string): string {
  return `/certifications/otp/confirm/${encodeURIComponent(impUid)}`;
}

/** The member of the union that an answer of the upstream comes to. */
export function memberOf({ response, message }: Envelope): object {
  if (!response)
    return { __typename: 'UpstreamError', code: 'UPSTREAM_REJECTED', message: message ?? '', retryable: false };
  return {
    __typename: 'Certification',
    impUid: response.imp_uid,
    merchantUid: response.merchant_uid,
    pgTid: response.pg_tid,
    pgProvider: response.pg_provider,
    name: response.name,
    gender: response.gender?.toUpperCase(),
    birth: response.birth,
    birthday: response.birthday,
    foreigner: response.foreigner,
    foreignerV2: response.foreigner_v2,
    phone: response.phone,
    carrier: response.carrier,
    certified: response.certified,
    certifiedAt: new Date(response.certified_at * 1000).toISOString(),
    uniqueKey: response.unique_key,
    uniqueInSite: response.unique_in_site,
    origin: response.origin,
  };
}

interface Token {
  readonly access_token: string;
  readonly now: number;
  readonly expired_at: number;
}

/** The `authorization` header for the upstream: one log-in for each life of a token. */
export function createAuthorization(upstream: string): () => Promise<string> {
  let header: Promise<string> | null = null;
  let expiresAt = 0;

  async function logIn(): Promise<string> {
    const answer = await fetch(`${upstream}/users/getToken`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ imp_key: 'key', imp_secret: 'secret' }),
    });
    const { response } = (await answer.json()) as Envelope<Token>;
    if (!response) throw new Error('The upstream gave no token');
    expiresAt = Date.now() + (response.expired_at - response.now) * 1000;
    return `Bearer ${response.access_token}`;
  }

  return () => {
    if (!header || Date.now() >= expiresAt) {
      expiresAt = Number.POSITIVE_INFINITY;
      header = logIn();
    }
    return header;
  };
}

/** Where to listen, and the upstream's address. */
export function readEnvironment(): { readonly port: number; readonly upstream: string } {
  return { port: Number(process.env['PORT']), upstream: String(process.env['UPSTREAM']) };
}
