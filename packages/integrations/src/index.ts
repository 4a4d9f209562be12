/** What we talk to outside: mail. Holds no rules. */
export { Postman } from './mail/postman.ts';
export { smtp } from './mail/transport.ts';
