type Environment = Readonly<Record<string, string | undefined>>;

const KNOWN_HOSTS: Readonly<Record<string, readonly string[]>> = {
  IAMPORT_BASE_URL: ['api.iamport.kr', 'static-api.iamport.kr'],
  PORTONE_BASE_URL: ['api.portone.io'],
};
const CALLER_SETTINGS = ['AUTH_JWKS_URL', 'AUTH_PUBLIC_KEY', 'AUTH_SECRET'] as const;

/** The settings that do not make sense together, or not in production: one line each, none with a value in it. */
export function combinationProblems(env: Environment, hasOwnCallers: boolean): readonly string[] {
  return [
    ...credentialProblems(env),
    ...portoneProblems(env),
    ...(hasOwnCallers ? [] : callerProblems(env)),
    ...guardProblems(env),
    ...productionProblems(env),
  ];
}

export function namesCallers(env: Environment): boolean {
  return CALLER_SETTINGS.some((name) => env[name]);
}

function credentialProblems(env: Environment): string[] {
  const { IAMPORT_API_KEY: key, IAMPORT_API_SECRET: secret, IAMPORT_BASE_URL: url } = env;
  if (key && !secret) return ['IAMPORT_API_SECRET must be set together with IAMPORT_API_KEY'];
  if (secret && !key) return ['IAMPORT_API_KEY must be set together with IAMPORT_API_SECRET'];
  if (url && !key)
    return ['IAMPORT_BASE_URL needs IAMPORT_API_KEY and IAMPORT_API_SECRET; without all three the sandbox answers'];
  return [];
}

function portoneProblems(env: Environment): string[] {
  const { PORTONE_API_SECRET: secret } = env;
  const others = ['PORTONE_STORE_ID', 'PORTONE_CHANNEL_KEY'];
  if (!secret)
    return [...others, 'PORTONE_BASE_URL']
      .filter((name) => env[name])
      .map((name) => `${name} needs PORTONE_API_SECRET`);
  return others.filter((name) => !env[name]).map((name) => `${name} must be set together with PORTONE_API_SECRET`);
}

function callerProblems(env: Environment): string[] {
  const problems: string[] = [];
  const named = CALLER_SETTINGS.filter((name) => env[name]);
  if (named.length > 1) problems.push(`${named.join(' and ')} exclude each other: set one`);
  if (
    named.length === 0 &&
    (env['IAMPORT_API_KEY'] || env['PORTONE_API_SECRET']) &&
    env['ALLOW_ANONYMOUS'] !== 'true'
  ) {
    problems.push(
      `one of ${CALLER_SETTINGS.join(', ')} must say who may call, or ALLOW_ANONYMOUS=true that anybody may`,
    );
  }
  return problems;
}

function guardProblems(env: Environment): string[] {
  const { REDIS_URL: redis, STORE_FILE: file, AUDIT_FILE: record, GUARD_SECRET: secret } = env;
  const problems: string[] = [];
  if (redis && file) problems.push('REDIS_URL and STORE_FILE exclude each other: set one');
  if (redis && !secret) problems.push('GUARD_SECRET must be set with REDIS_URL, the same on every replica');
  if (file && !secret) problems.push('GUARD_SECRET must be set with STORE_FILE, the same after every restart');
  if (record && !secret) problems.push('GUARD_SECRET must be set with AUDIT_FILE: a random one ends with the process');
  return problems;
}

function productionProblems(env: Environment): string[] {
  if (env['NODE_ENV'] !== 'production') return [];
  const problems: string[] = [];
  if (!env['IAMPORT_API_KEY'] && !env['IAMPORT_API_SECRET'] && !env['PORTONE_API_SECRET']) {
    problems.push(
      'IAMPORT_API_KEY and IAMPORT_API_SECRET, or PORTONE_API_SECRET, must be set in production: the sandbox proves nothing',
    );
  }
  if (URL.parse(env['AUTH_JWKS_URL'] ?? '')?.protocol === 'http:')
    problems.push('AUTH_JWKS_URL must be https in production');
  for (const [name, hosts] of Object.entries(KNOWN_HOSTS)) {
    const url = URL.parse(env[name] ?? '');
    const isKnown = url === null || (url.protocol === 'https:' && hosts.includes(url.hostname));
    if (!isKnown && env['ALLOW_OTHER_UPSTREAM'] !== 'true') {
      problems.push(`${name} must be https and ${hosts.join(' or ')} in production, or set ALLOW_OTHER_UPSTREAM=true`);
    }
  }
  return problems;
}
