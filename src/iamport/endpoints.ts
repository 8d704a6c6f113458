import { endpoint } from '../upstream/calls.ts';

/** The REST endpoints in use with a token. `POST /users/getToken`, which answers one, is in session.ts. */
export const ENDPOINTS = {
  request: endpoint('POST', '/certifications/otp/request', 'mutation', 'confirmTimeoutMs'),
  confirm: endpoint('POST', '/certifications/otp/confirm/{imp_uid}', 'mutation', 'confirmTimeoutMs'),
  read: endpoint('GET', '/certifications/{imp_uid}', 'read', 'readTimeoutMs'),
  readBack: endpoint('GET', '/certifications/{imp_uid}', 'read-back', 'readBackMs'),
  delete: endpoint('DELETE', '/certifications/{imp_uid}', 'mutation', 'readTimeoutMs'),
} as const;
