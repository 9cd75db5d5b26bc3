/** The service whose requests the client makes. */
export const FRONT = 'web-api';
