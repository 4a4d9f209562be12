/** What the cabinet costs who looks at it: Web Vitals, a table of 100 000 rows under the wheel, an event's way to the pixel. */
import {
  buildCabinet,
  callItem,
  DIST,
  openChromium,
  openStage,
  signIn,
} from '../../e2e/support/cabinet/index.ts';

interface WebFigures {
  /** ms. */
  readonly lcp: { readonly first: number; readonly signedIn: number };
  readonly cls: number;
  /** ms from a click or key to the next frame painted, the worst of those made. */
  readonly inp: number;
  /** Scrolling through 100 000 rows. */
  readonly scroll: { readonly fps: number; readonly longestFrame: number; readonly rowsInPage: number };
  /** ms from the event leaving the server to the row painted. */
  readonly live: { readonly p50: number; readonly p95: number; readonly events: number };
}

/** Runs in the page before anything else: keeps what the browser itself measures. */
const OBSERVE = `
  window.vitals = { lcp: 0, cls: 0, inp: 0 };
  new PerformanceObserver(list => { for (const e of list.getEntries()) vitals.lcp = e.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) vitals.cls += e.value; })
    .observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver(list => { for (const e of list.getEntries()) if (e.interactionId) vitals.inp = Math.max(vitals.inp, e.duration); })
    .observe({ type: 'event', buffered: true, durationThreshold: 16 });
`;

/** Turns the wheel for so many frames and counts what was painted. */
const SCROLL = `new Promise(done => {
  const grid = document.querySelector('[role=grid]');
  let frames = 0, longest = 0, last = performance.now();
  const first = last;
  const step = now => {
    longest = Math.max(longest, now - last);
    last = now;
    grid.scrollTop += 90;
    if (++frames < 300) requestAnimationFrame(step);
    else done({ fps: frames / ((now - first) / 1000), longest, rows: grid.querySelectorAll('[data-row]').length });
  };
  requestAnimationFrame(step);
})`;

/** Resolves when the row is painted, with the wall clock of that moment. */
const painted = (id: string) => `new Promise(done => {
  const look = () => document.querySelector('[data-row="${id}"]')
    ? requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now())))
    : requestAnimationFrame(look);
  look();
})`;

interface Vitals {
  readonly lcp: number;
  readonly cls: number;
  readonly inp: number;
}

/** A stage of 100 000 calls in Chromium, headless, without a graphics card. */
export async function measureWeb(): Promise<WebFigures> {
  buildCabinet();
  await using stage = await openStage({ dist: DIST, rows: 100_000, language: 'ru' });
  await using browser = await openChromium();
  await browser.context.addInitScript(OBSERVE);
  const page = await browser.context.newPage();
  const vitals = async () => (await page.evaluate('vitals')) as Vitals;
  await page.goto(`${stage.origin}/`);
  await page.locator('form').waitFor();
  await page.waitForLoadState('networkidle');
  const first = await vitals();
  await signIn(page, stage.origin, 'admin', 'x');
  await page.goto(`${stage.origin}/calls`);
  await page.locator('[data-row]').nth(10).waitFor();
  await page.waitForLoadState('networkidle');
  const signedIn = await vitals();

  await page.getByRole('button', { name: 'За 7 дней' }).click();
  await page.getByRole('searchbox').pressSequentially('7916', { delay: 40 });
  await page.waitForURL(/search=7916/);
  await page.locator('[data-row]').first().click();
  await page.getByRole('dialog').locator('table').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const used = await vitals();

  await page.goto(`${stage.origin}/calls`);
  await page.locator('[data-row]').nth(10).waitFor();
  await page.locator('[role=grid]').focus();
  for (let loaded = 200; loaded <= 3_000; loaded += 100) {
    await page.keyboard.press('End');
    await page.getByText(`загружено ${loaded.toLocaleString('ru-RU')} из`).waitFor();
  }
  await page.keyboard.press('Home');
  const scroll = (await page.evaluate(SCROLL)) as { fps: number; longest: number; rows: number };
  await page.keyboard.press('Home');

  const delays: number[] = [];
  for (let n = 0; n < 40; n++) {
    const id = `0199c0df-0001-7000-8000-${String(n).padStart(12, '0')}`;
    const call = {
      ...callItem(n),
      id,
      startedAt: new Date(Date.UTC(2026, 10, 24, 0, n)).toISOString(),
      live: true,
    };
    const seen = page.evaluate(painted(id));
    const sent = Date.now();
    stage.tell('calls', { event: 'new', call });
    delays.push(Number(await seen) - sent);
  }
  delays.sort((a, b) => a - b);
  const at = (share: number) => delays[Math.floor(share * (delays.length - 1))] ?? Number.NaN;
  return {
    lcp: { first: first.lcp, signedIn: signedIn.lcp },
    cls: Math.max(first.cls, signedIn.cls),
    inp: used.inp,
    scroll: { fps: scroll.fps, longestFrame: scroll.longest, rowsInPage: scroll.rows },
    live: { p50: at(0.5), p95: at(0.95), events: delays.length },
  };
}
