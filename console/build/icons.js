// Draws the icons of the installed app into public/: the mark of favicon.svg, on a ground of its own. The files are checked
// in; run `node build/icons.js` when the mark changes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const PUBLIC = join(import.meta.dirname, '../public');
const GROUND = [0x0e, 0x11, 0x16];
const ARC = [0x6c, 0xb6, 0xff];
const DOT = [0x4f, 0xd0, 0x8a];

/** The mark on a grid of 32 × 32: distance of a point to the arc and to the dot; negative inside. */
function arc(x, y) {
  const dx = x - 16;
  const dy = y - 16;
  const end = [6.5, 6.8];
  // Open to the right, with round ends.
  const open = dx > 0 && Math.abs(dy) < (dx * end[1]) / end[0];
  const distance = open ? Math.hypot(dx - end[0], Math.abs(dy) - end[1]) : Math.abs(Math.hypot(dx, dy) - Math.hypot(...end));
  return distance - 1.7;
}

function dot(x, y) {
  return Math.hypot(x - 24.5, y - 16) - 3;
}

function rounded(x, y, radius) {
  const dx = Math.abs(x - 16) - (16 - radius);
  const dy = Math.abs(y - 16) - (16 - radius);
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

/**
 * @param size in pixels
 * @param scale of the mark: systems cut off up to a fifth of each side of a maskable icon
 * @param radius of the corners of the ground, on the grid
 */
function draw(size, scale, radius) {
  const unit = 32 / size;
  const rows = Buffer.alloc(size * (1 + size * 4));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) * unit;
      const y = (row + 0.5) * unit;
      const cover = (distance) => Math.min(1, Math.max(0, 0.5 - distance / unit));
      const mx = 16 + (x - 17.5) / scale + 1.5;
      const my = 16 + (y - 16) / scale;
      const a = cover(arc(mx, my) * scale);
      const d = cover(dot(mx, my) * scale);
      const at = row * (1 + size * 4) + 1 + column * 4;
      for (let i = 0; i < 3; i++) {
        rows[at + i] = Math.round((GROUND[i] * (1 - a) + ARC[i] * a) * (1 - d) + DOT[i] * d);
      }
      rows[at + 3] = Math.round(255 * (radius === 0 ? 1 : cover(rounded(x, y, radius))));
    }
  }
  return rows;
}

/** A PNG of 8 bits and four channels (ISO/IEC 15948). */
function png(size, rows) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const whole = Buffer.alloc(body.length + 8);
    whole.writeUInt32BE(data.length, 0);
    body.copy(whole, 4);
    whole.writeUInt32BE(crc32(body), body.length + 4);
    return whole;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

for (const [name, size, scale, radius] of [
  ['icon-192.png', 192, 0.82, 6],
  ['icon-512.png', 512, 0.82, 6],
  ['icon-maskable-512.png', 512, 0.66, 0],
  ['icon-touch-180.png', 180, 0.82, 0],
]) {
  const file = png(size, draw(size, scale, radius));
  writeFileSync(join(PUBLIC, name), file);
  console.log(`${name}: ${file.length} bytes`);
}
