/** Where the signalling tells what went wrong; `facts` are for the machine that reads the log. */
export type SipLog = (
  level: 'debug' | 'info' | 'warn' | 'error',
  text: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;
