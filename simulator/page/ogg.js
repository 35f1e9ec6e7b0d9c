// Turns the WebM that Chromium records into Ogg Opus, which is what a voice message of Telegram is.
// Sources: RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), RFC 6716 section 3.1 (lengths of packets), RFC 8794 (EBML).

const OPENED = new Set([0x18538067, 0x1f43b675, 0x1654ae6b, 0xae, 0xa0]); // Segment, Cluster, Tracks, TrackEntry, BlockGroup
const CODEC_PRIVATE = 0x63a2;
const BLOCKS = new Set([0xa3, 0xa1]); // SimpleBlock, Block
const BLOCK_HEADER = 4; // one byte of track number, two of time, one of flags

/** The Opus header and packets of a WebM file with one unlaced Opus track; null when there is none. */
function opusOf(bytes) {
  let header = null;
  const packets = [];
  for (let at = 0; at < bytes.length; ) {
    const id = vint(bytes, at, true);
    const size = vint(bytes, id.end, false);
    if (OPENED.has(id.value)) {
      at = size.end;
      continue;
    }
    const content = bytes.subarray(size.end, size.end + size.value);
    if (id.value === CODEC_PRIVATE) header = content;
    if (BLOCKS.has(id.value)) packets.push(content.subarray(BLOCK_HEADER));
    at = size.end + size.value;
  }
  const opus = header !== null && new TextDecoder().decode(header.subarray(0, 8)) === "OpusHead";
  return opus && packets.length ? { header, packets } : null;
}

/** A number of variable length; an id keeps the bit that marks its length. */
function vint(bytes, at, keepMark) {
  const length = Math.clz32(bytes[at]) - 23;
  let value = keepMark ? bytes[at] : bytes[at] & (0xff >> length);
  for (let i = 1; i < length; i += 1) value = value * 256 + bytes[at + i];
  return { value, end: at + length };
}

/** The length of an Opus packet in samples at 48 kHz. */
function samples(packet) {
  const config = packet[0] >> 3;
  const milliseconds = config < 12 ? [10, 20, 40, 60][config & 3] : config < 16 ? [10, 20][config & 1] : [2.5, 5, 10, 20][config & 3];
  const code = packet[0] & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : packet[1] & 63;
  return milliseconds * 48 * frames;
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let i = 0; i < 8; i += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

function checksum(page) {
  let crc = 0;
  for (const byte of page) crc = ((crc << 8) ^ CRC[(crc >>> 24) ^ byte]) >>> 0;
  return crc;
}

const lacing = (packet) => [...Array(Math.floor(packet.length / 255)).fill(255), packet.length % 255];

function page(packets, { flags, granule, number }) {
  const table = packets.flatMap(lacing);
  const head = new Uint8Array(27 + table.length);
  const view = new DataView(head.buffer);
  head.set(new TextEncoder().encode("OggS"));
  head[5] = flags;
  view.setBigUint64(6, BigInt(Math.round(granule)), true);
  view.setUint32(14, 1, true);
  view.setUint32(18, number, true);
  head[26] = table.length;
  head.set(table, 27);
  const whole = new Uint8Array(head.length + packets.reduce((sum, packet) => sum + packet.length, 0));
  whole.set(head);
  let at = head.length;
  for (const packet of packets) {
    whole.set(packet, at);
    at += packet.length;
  }
  new DataView(whole.buffer).setUint32(22, checksum(whole), true);
  return whole;
}

/** "OpusTags", the length of the vendor's name, the name, no comments. */
function tags() {
  const text = new TextEncoder();
  const vendor = text.encode("simulator");
  return new Uint8Array([...text.encode("OpusTags"), vendor.length, 0, 0, 0, ...vendor, 0, 0, 0, 0]);
}

const SEGMENTS = 255;
const FIRST = 2;
const LAST = 4;

/** The recording as Ogg Opus, or null when it holds no Opus. */
export function oggFromWebm(buffer) {
  const opus = opusOf(new Uint8Array(buffer));
  if (opus === null) return null;
  const pages = [page([opus.header], { flags: FIRST, granule: 0, number: 0 }), page([tags()], { flags: 0, granule: 0, number: 1 })];
  let granule = 0;
  for (let at = 0; at < opus.packets.length; ) {
    const held = [];
    for (let used = 0; at < opus.packets.length && (used += lacing(opus.packets[at]).length) <= SEGMENTS; at += 1) held.push(opus.packets[at]);
    granule += held.reduce((sum, packet) => sum + samples(packet), 0);
    pages.push(page(held, { flags: at === opus.packets.length ? LAST : 0, granule, number: pages.length }));
  }
  return new Blob(pages, { type: "audio/ogg" });
}
