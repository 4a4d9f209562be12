/**
 * Recognisers of the forms nearly all messages use. What they accept is well formed; what they do not accept goes to the
 * full grammar. They are several times faster than parsing, allocate nothing, and are linear: at each character at most
 * one way to go on, but for the choice between user and host.
 */
const HOST = `[A-Za-z0-9.-]+(?::[1-5]?[0-9]{1,4})?`;
const PARAMS = `(?:;[A-Za-z-]+(?:=[A-Za-z0-9._-]+)?)*`;
const URI = `sips?:(?:[A-Za-z0-9_.+-]+@)?${HOST}${PARAMS}`;

const uri = new RegExp(`^${URI}$`);
const address = new RegExp(`^(?:"[^"\\\\]*" ?)?<${URI}>${PARAMS}$`);
const via = new RegExp(`^SIP/2\\.0/[A-Z]{2,4} ${HOST}${PARAMS}$`);

export const isCommonUri = (text: string): boolean => uri.test(text);
export const isCommonAddress = (text: string): boolean => address.test(text);
export const isCommonVia = (text: string): boolean => via.test(text);
