/** Control characters, C0, DEL and C1: a terminal obeys them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * A line for a terminal. Numbers, names and reasons come from the network: an escape sequence in a dialled number must
 * not repaint the screen of who reads the log, and a line end must not begin a line of its own.
 */
export const printable = (line: string): string => line.replace(CONTROLS, '·');
