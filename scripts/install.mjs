/** The first half of `npm start`, in a process of its own: afterwards npm's path holds the Node that came along. */
import { ensureDependencies } from './bootstrap.mjs';

await ensureDependencies();
