import { create } from 'qrcode';
import css from './account.module.css';

/** Modules of white around a QR code (ISO/IEC 18004 §6.3.8). */
const QUIET = 4;

/** A QR code as one path: sharp at any size, nothing leaves the page. */
export function Qr({ text, label }: { readonly text: string; readonly label: string }) {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size, data } = modules;
  let path = '';
  for (let i = 0; i < data.length; i++)
    if (data[i]) path += `M${(i % size) + QUIET} ${Math.floor(i / size) + QUIET}h1v1h-1z`;
  const side = size + 2 * QUIET;
  return (
    <svg className={css.qr} viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label}>
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
