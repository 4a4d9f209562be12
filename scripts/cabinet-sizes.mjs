/** What a first visit loads, and what it may weigh (DESIGN §5, row cabinet). */

/** Bytes, gzipped. */
export const BUDGET = { entry: 170_000, vendor: 110_000, all: 300_000 };

/** @typedef {{ readonly entry: number, readonly vendor: number, readonly all: number }} Sizes */

/**
 * @param {string} page the built index.html
 * @param {(file: string) => number} weigh bytes of a file by its path from the page
 * @returns {Sizes} `vendor` = React and all style sheets, `entry` = every other file the page names
 */
export function sizesOf(page, weigh) {
  const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(
    match => match[1] ?? '',
  );
  if (files.length === 0) throw new Error('the page names no files');
  let entry = 0;
  let vendor = 0;
  for (const file of new Set(files)) {
    const size = weigh(file);
    if (file.endsWith('.css') || /\/vendor-[^/]+\.js$/.test(file)) vendor += size;
    else entry += size;
  }
  return { entry, vendor, all: entry + vendor };
}

/**
 * @param {Sizes} sizes
 * @returns {readonly string[]} what is too heavy, in words
 */
export const overBudget = sizes =>
  /** @type {const} */ (['entry', 'vendor', 'all'])
    .filter(part => sizes[part] > BUDGET[part])
    .map(part => `The cabinet is too heavy: ${part} ${sizes[part]} bytes gzipped, at most ${BUDGET[part]}.`);
