/** A router forwards no header unless told to: without these every caller is a stranger who reads English. */
export const FORWARDED_HEADERS = ['authorization', 'accept-language'];
